"""Counters and gauges for Prometheus."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse

from fks_agents.service.people import Person, needs
from fks_agents.service.problems import documented
from fks_agents.service.state import Held

router = APIRouter(tags=["health"])

_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


def scraper(request: Request) -> Person:
    """Whoever asks from this machine itself, and signed-in people; not what a proxy on this machine passes on."""
    is_here = request.client is not None and request.client.host in _LOOPBACK
    if is_here and not any(name in request.headers for name in _FORWARDED):
        return Person("scraper", "viewer")
    return needs("viewer")(request)


@router.get("/metrics", response_class=PlainTextResponse, responses=documented(503))
def metrics(held: Held, person: Annotated[Person, Depends(scraper)]) -> PlainTextResponse:
    """In Prometheus' text format. From this machine without signing in."""
    del person
    assert held.desk.metrics is not None
    return PlainTextResponse(held.desk.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
