"""Whether the process lives, and whether each thing it depends on answers."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from fks_agents.errors import FksError
from fks_agents.service.problems import ProblemReply
from fks_agents.service.state import Held
from memory.recall import Recall

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    status: Literal["ok"] = "ok"


class Part(BaseModel):
    name: str
    is_ready: bool
    reason: str = ""


class Readiness(BaseModel):
    is_ready: bool
    parts: list[Part]


@router.get("/health")
async def health() -> Alive:
    """The process answers. Looks at nothing else, so that a slow disk does not get it killed."""
    return Alive()


@router.get("/ready", responses={503: {"model": Readiness, "description": "Something it depends on does not answer"}})
def ready(held: Held, response: Response) -> Readiness:
    """Ledger, market and models; and whether there is room for one more decision."""
    parts = [_ledger(held), _market(held), _room(held), _failing(held), _memory(held)]
    answer = Readiness(is_ready=all(part.is_ready for part in parts), parts=parts)
    response.status_code = 200 if answer.is_ready else 503
    return answer


def _ledger(held: Held) -> Part:
    try:
        held.desk.ledger.halts.current()
    except FksError as error:
        return Part(name="ledger", is_ready=False, reason=str(error))
    return Part(name="ledger", is_ready=True)


def _market(held: Held) -> Part:
    try:
        held.desk.feeds(held.settings)
    except FksError as error:
        return Part(name="market", is_ready=False, reason=str(error))
    return Part(name="market", is_ready=True, reason=held.settings.source)


def _room(held: Held) -> Part:
    running, waiting = held.runner.load
    said = f"{running} running, {waiting} waiting, room for {held.runner.room}"
    return Part(name="queue", is_ready=running + waiting < held.runner.room, reason=said)


def _failing(held: Held) -> Part:
    """Told, and no reason to send requests elsewhere: another replica would fail in the same way."""
    try:
        failed = held.runner.failing
    except FksError as error:
        return Part(name="failing", is_ready=False, reason=str(error))
    given_up = sorted(decision_id for decision_id, failure in failed.items() if failure.again_at is None)
    said = f"{len(failed)} broke off and are tried again" if failed else ""
    if given_up:
        said = f"{len(failed)} broke off, of them given up: {', '.join(given_up[:5])}"
    return Part(name="failing", is_ready=True, reason=said)


def _memory(held: Held) -> Part:
    """Told, and no reason to send requests elsewhere: without an index lessons are searched in the ledger."""
    recall = held.desk.memory
    if not isinstance(recall, Recall):
        return Part(name="memory", is_ready=True)
    try:
        return Part(name="memory", is_ready=True, reason=recall.status)
    except FksError as error:
        return Part(name="memory", is_ready=False, reason=str(error))


__all__ = ["ProblemReply", "router"]
