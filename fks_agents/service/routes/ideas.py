"""Trades that wait for a person, and what became of the others."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from fks_agents.contracts import Cycle
from fks_agents.service import answering
from fks_agents.service.answering import State
from fks_agents.service.inputs import Id
from fks_agents.service.people import Person, trader, viewer
from fks_agents.service.problems import documented
from fks_agents.service.routes.runs import known
from fks_agents.service.state import Held, Service
from memory.ideas import Mark

router = APIRouter(tags=["ideas"])


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


@router.get("/ai/ideas/active", responses=documented(422, 503))
def active(
    held: Held, person: Annotated[Person, viewer()], limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> list[Idea]:
    """Trades that wait for a person, longest first."""
    del person
    return [_idea(held, cycle) for cycle in held.desk.approvals.waiting(limit)]


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
    waiting = held.desk.approvals.waiting(limit) if state in (None, "needs_approval") else ()
    found = [_idea(held, cycle) for cycle in (*waiting, *finished)]
    return [idea for idea in found if state in (None, idea.state)]


@router.post("/ai/ideas/{decision_id}/approve", responses=documented(404, 409, 422, 503))
def approve(held: Held, decision_id: Id, answer: Answer, person: Annotated[Person, trader()]) -> Cycle:
    """Look at it again with the newest price and account, then send it."""
    return answering.approve(held, known(held, decision_id), person, answer.reason)


@router.post("/ai/ideas/{decision_id}/reject", responses=documented(404, 409, 422, 503))
def reject(held: Held, decision_id: Id, answer: Refusal, person: Annotated[Person, trader()]) -> Cycle:
    return answering.reject(held, known(held, decision_id), person, answer.reason)


@router.post("/ai/ideas/{decision_id}/modify", responses=documented(404, 409, 422, 503))
def modify(held: Held, decision_id: Id, answer: Smaller, person: Annotated[Person, trader()]) -> Cycle:
    """Make it smaller; it still waits."""
    return answering.modify(held, known(held, decision_id), person, answer.quantity, answer.reason)


def _idea(held: Service, cycle: Cycle) -> Idea:
    marks = held.desk.ledger.ideas.marks(cycle.id)
    return Idea(state=answering.state_of(cycle, marks), cycle=cycle, marks=marks)
