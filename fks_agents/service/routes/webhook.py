"""Alerts of TradingView: each becomes a decision about the trade it proposes, once."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from fks_agents.errors import UsageError
from fks_agents.service.auth.guard import address
from fks_agents.service.people import Person
from fks_agents.service.problems import Field, Problem, documented
from fks_agents.service.state import Held, Service
from fks_agents.service.webhook.alert import Alert, proposal_of
from fks_agents.service.webhook.door import SIGNATURE, TIMESTAMP, Door
from fks_agents.service.webhook.naming import symbol_of
from fks_agents.service.webhook.reading import parsed, read
from memory.decisions import Admission

router = APIRouter(prefix="/webhook", tags=["webhook"])

SENDER = Person("TradingView", "trader")
"""Who asks; no person's name has a capital letter."""


class Received(BaseModel):
    alert: str
    """Its id, as it was sent or made."""
    id: str
    """The decision; the same one however often the alert comes."""
    status: Literal["accepted"] = "accepted"
    events: str
    """Where to listen."""


_TAKEN: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {
                "schema": {
                    **Alert.model_json_schema(),
                    "properties": {
                        "secret": {"type": "string", "description": "The token, where it does not stand in the path"},
                        **Alert.model_json_schema()["properties"],
                    },
                }
            }
            for kind in ("application/json", "text/plain")
        },
    },
    "parameters": [
        {"name": name, "in": "header", "required": False, "schema": {"type": "string"}, "description": told}
        for name, told in (
            (SIGNATURE, "`sha256=` and the HMAC-SHA256, in hex, of the timestamp, a dot and the body; for relays"),
            (TIMESTAMP, "Seconds since 1970, where there is a signature"),
        )
    ],
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": Received, "description": "Received before: the same decision"},
    **documented(400, 404, 409, 413, 422, 429, 503),
}


@router.post("/tradingview", status_code=202, responses=_ANSWERS, openapi_extra=_TAKEN)
async def tradingview(held: Held, request: Request, response: Response) -> Received:
    """Propose a trade, proven by the field `secret` or by a signature. It is on record when this answers."""
    return await _receive(held, request, response, None)


@router.post("/tradingview/{token}", status_code=202, responses=_ANSWERS, openapi_extra=_TAKEN)
async def tradingview_by_path(
    held: Held, request: Request, response: Response, token: Annotated[str, Path(description="The webhook's token")]
) -> Received:
    """The same for senders that can put the token nowhere else."""
    return await _receive(held, request, response, token)


async def _receive(held: Service, request: Request, response: Response, token: str | None) -> Received:
    door: Door | None = request.app.state.webhook
    if door is None:
        raise Problem(404, "no webhook is set up here; service_webhook_token or service_webhook_key sets one up")
    door.senders.hit(address(request))
    body, now = await request.body(), held.desk.clock.now()
    is_proven = door.prove(request.headers, body, token, now)
    said = parsed(body)
    door.prove_by_body(said, is_proven=is_proven)
    door.alerts.hit("all")
    alert = read(said, door.secrets)
    admission, is_new = await asyncio.to_thread(_admitted, held, door, alert, now)
    response.status_code = 202 if is_new else 200
    return Received(alert=alert.key, id=admission.id, events=f"/v1/runs/{admission.id}/events")


def _admitted(held: Service, door: Door, alert: Alert, now: datetime) -> tuple[Admission, bool]:
    """The decision about an alert, and whether it is new; raises Problem 409 where its id came with other content."""
    if (known := _known(held, alert)) is not None:
        return known, False
    door.is_timely(alert.time, now)
    market = held.desk.feeds(held.settings).market
    symbol = symbol_of(alert.symbol, market.symbols(), door.symbols)
    if symbol is None:
        what = Field(field="symbol", expected=f"expected one of {_some(market.symbols())}", was=repr(alert.symbol))
        raise Problem(422, f"{what.field}: {what.expected}, was {what.was}", errors=[what])
    proposed = proposal_of(alert, now)
    try:
        return held.runner.ask(
            SENDER,
            lambda asked: held.desk.admit(symbol, timeframe=alert.interval, asked=asked._replace(proposed=proposed)),
            alert.digest,
            alert.key,
            now,
        )
    except UsageError:
        # Another alert with this id may have been faster.
        _known(held, alert)
        raise


def _known(held: Service, alert: Alert) -> Admission | None:
    try:
        before = held.desk.ledger.requests.by_key(f"{SENDER.name}/{alert.key}", alert.digest)
    except UsageError:
        raise Problem(
            409, f"the alert {alert.key!r} came before with other content; every alert needs an id of its own"
        ) from None
    return None if before is None else held.desk.ledger.decisions.admission(before.decision_id)


def _some(symbols: tuple[str, ...]) -> str:
    return ", ".join(symbols[:10]) + (f" and {len(symbols) - 10} more" if len(symbols) > 10 else "")
