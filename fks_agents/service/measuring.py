"""What the service tells Prometheus about itself, beside what its desk counts: requests, and how things stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

from prometheus_client import GC_COLLECTOR, PLATFORM_COLLECTOR, PROCESS_COLLECTOR, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fks_agents.metrics import Metrics
from fks_agents.service.gauges import Gauges

if TYPE_CHECKING:
    from fks_agents.service.state import Service

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


@dataclass
class Requests:
    """Counters of HTTP requests. Labels are routes as they are written, never paths as they were sent."""

    metrics: Metrics
    _count: Counter = field(init=False)
    _seconds: Histogram = field(init=False)
    _open: Gauge = field(init=False)

    def __post_init__(self) -> None:
        own = self.metrics.registry
        self._count = Counter("fks_http_requests", "Requests", ["method", "route", "status"], registry=own)
        self._seconds = Histogram(
            "fks_http_seconds", "Seconds until an answer had ended", ["route"], registry=own, buckets=_BUCKETS
        )
        self._open = Gauge("fks_http_open", "Requests and streams that are being answered", registry=own)

    async def follow(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        status, began = 500, perf_counter()

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        self._open.inc()
        try:
            await app(scope, receive, sent)
        finally:
            self._open.dec()
            # Counted as one, with the version and without.
            route = str(getattr(scope.get("route"), "path", "none")).removeprefix("/v1")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._count.labels(method, route, str(status)).inc()
            self._seconds.labels(route).observe(perf_counter() - began)


def install(metrics: Metrics, service: Service) -> None:
    """Add the service's gauges and those of its process."""
    for collector in (Gauges(service), PROCESS_COLLECTOR, PLATFORM_COLLECTOR, GC_COLLECTOR):
        registered: Any = collector
        metrics.registry.register(registered)
