"""Watch a decision being made, as server-sent events or on a WebSocket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Annotated

import anyio
from fastapi import APIRouter, Header, Query, Request, WebSocket, WebSocketDisconnect
from sse_starlette import EventSourceResponse
from starlette.requests import HTTPConnection

from fks_agents.errors import FksError
from fks_agents.service.hub import LAST
from fks_agents.service.inputs import Id
from fks_agents.service.people import Person, viewer
from fks_agents.service.problems import Problem, documented
from fks_agents.service.routes.runs import known
from fks_agents.service.state import Held, Service

router = APIRouter(tags=["runs"])

PROOF = 10.0
"""Seconds for which it is believed that who listens may do so: a decision can wait for a person for days."""


@router.get(
    "/runs/{decision_id}/events",
    response_class=EventSourceResponse,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "Server-sent events"},
        **documented(404, 422),
    },
)
async def events(
    held: Held,
    request: Request,
    decision_id: Id,
    person: Annotated[Person, viewer()],
    last: Annotated[str | None, Header(alias="Last-Event-ID", pattern="^[0-9]{1,9}$")] = None,
    after: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> EventSourceResponse:
    """What happens in a decision, from its first step or from where a listener broke off, until it ends, or until the
    listener's key or session does."""
    del person
    found = await asyncio.to_thread(known, held, decision_id)

    async def told() -> AsyncIterator[dict[str, str]]:
        hearing = held.hub.listen(found, int(last) if last is not None else after, _Listener(request).may_hear)
        async for each in hearing:
            numbered = {} if each.number is None else {"id": str(each.number)}
            yield {**numbered, "event": each.kind, "data": each.data}

    return EventSourceResponse(told())


@router.websocket("/runs/{decision_id}/ws")
async def socket(websocket: WebSocket, decision_id: Id, after: Annotated[int, Query(ge=0, le=10**9)] = 0) -> None:
    """The same as the events, one JSON object each."""
    held: Service = websocket.app.state.service
    try:
        await asyncio.to_thread(websocket.app.state.guard, websocket)
        found = await asyncio.to_thread(known, held, decision_id)
    except Problem as problem:
        await websocket.close(4000 + problem.status, problem.detail[:120])
        return
    except FksError:
        await websocket.close(4503, "not available now")
        return
    await websocket.accept()
    async with anyio.create_task_group() as both:
        both.start_soon(_until_left, websocket, both.cancel_scope)
        try:
            await _tell(held, websocket, found, after)
        except WebSocketDisconnect:
            pass  # they left while they were being told
        except FksError:
            await websocket.close(4503, "not available now")
        both.cancel_scope.cancel()


@dataclass
class _Listener:
    """May hear for as long as the key or session, with which the listening began, opens the door."""

    connection: HTTPConnection
    _proven: float = field(default_factory=monotonic)

    def may_hear(self) -> bool:
        if monotonic() - self._proven > PROOF:
            self._proven = monotonic()
            try:
                self.connection.app.state.guard(self.connection)
            except Problem as problem:
                return problem.status not in (401, 403)  # to have asked for too much is no reason to hear less
        return True


async def _tell(held: Service, websocket: WebSocket, decision_id: str, after: int) -> None:
    is_over = False
    async for each in held.hub.listen(decision_id, after, _Listener(websocket).may_hear):
        await websocket.send_json({"id": each.number, "event": each.kind, "data": json.loads(each.data)})
        is_over = each.kind == LAST
    if is_over:
        await websocket.close()
    else:
        await websocket.close(4401, "the key or session has ended")


async def _until_left(websocket: WebSocket, telling: anyio.CancelScope) -> None:
    """End the telling then. Nothing is said to us, but that somebody left is heard only by those who listen."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass
    telling.cancel()
