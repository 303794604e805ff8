"""Trades that wait for a person, and what became of the others."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from fks_agents.contracts import Cycle
from fks_agents.service.inputs import Id
from fks_agents.service.people import Person, trader, viewer
from fks_agents.service.problems import documented
from fks_agents.service.routes.runs import known
from fks_agents.service.state import Held, Service
from memory.ideas import Mark

router = APIRouter(tags=["ideas"])

State = Literal["waiting", "needs_approval", "auto_executed", "approved", "rejected", "halted", "expired"]


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reason: Annotated[str, Field(max_length=400)] = ""


class Refusal(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reason: Annotated[str, Field(min_length=1, max_length=400, pattern=r"\S")]


class Smaller(Answer):
    quantity: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    """From here on order at most this many."""


class Idea(BaseModel):
    state: State
    cycle: Cycle
    marks: tuple[Mark, ...]
    """Who did what, when and why."""


@router.get("/ai/ideas/active", responses=documented(503))
def active(held: Held, person: Annotated[Person, viewer()]) -> list[Idea]:
    """Trades that wait for a person, longest first."""
    del person
    return [_idea(held, cycle) for cycle in held.desk.approvals.waiting()]


@router.get("/ai/ideas", responses=documented(422, 503))
def ideas(
    held: Held,
    person: Annotated[Person, viewer()],
    state: Annotated[State | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[Idea]:
    """Newest decisions that wanted to trade, and what became of them."""
    del person
    entries = held.desk.ledger.decisions.history(limit=limit)
    finished = [held.desk.ledger.decisions.cycle(entry.id) for entry in entries if entry.action in ("buy", "sell")]
    found = [_idea(held, cycle) for cycle in (*held.desk.approvals.waiting(), *finished)]
    return [idea for idea in found if state in (None, idea.state)]


@router.post("/ai/ideas/{decision_id}/approve", responses=documented(404, 409, 422, 503))
def approve(held: Held, decision_id: Id, answer: Answer, person: Annotated[Person, trader()]) -> Cycle:
    """Look at it again with the newest price and account, then send it."""
    return _ended(held, held.desk.approvals.approve(known(held, decision_id), by=person.name, reason=answer.reason))


@router.post("/ai/ideas/{decision_id}/reject", responses=documented(404, 409, 422, 503))
def reject(held: Held, decision_id: Id, answer: Refusal, person: Annotated[Person, trader()]) -> Cycle:
    return _ended(held, held.desk.approvals.reject(known(held, decision_id), by=person.name, reason=answer.reason))


@router.post("/ai/ideas/{decision_id}/modify", responses=documented(404, 409, 422, 503))
def modify(held: Held, decision_id: Id, answer: Smaller, person: Annotated[Person, trader()]) -> Cycle:
    """Make it smaller; it still waits."""
    found = known(held, decision_id)
    return held.desk.approvals.modify(found, by=person.name, quantity=answer.quantity, reason=answer.reason)


def _ended(held: Service, cycle: Cycle) -> Cycle:
    held.hub.tell(cycle.id, "ended", {"action": cycle.action, "status": cycle.status, "reason": cycle.reason})
    return cycle


def _idea(held: Service, cycle: Cycle) -> Idea:
    marks = held.desk.ledger.ideas.marks(cycle.id)
    states: dict[str, State] = {
        "needs_approval": "needs_approval", "rejected": "rejected", "expired": "expired", "halted": "halted",
        "refused": "rejected", "working": "waiting", "filled": "auto_executed",
    }  # fmt: skip
    state = states[cycle.status]
    if cycle.status in ("working", "filled"):
        state = "approved" if marks else "auto_executed"
    return Idea(state=state, cycle=cycle, marks=marks)
