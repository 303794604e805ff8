"""Trades that wait for a person, and what became of the others."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from fks_agents.contracts import Cycle, Timeframe
from fks_agents.service import answering
from fks_agents.service.answering import ENDED, State, ended, under_way
from fks_agents.service.inputs import Id
from fks_agents.service.people import Person, trader, viewer
from fks_agents.service.problems import documented
from fks_agents.service.routes.runs import known
from fks_agents.service.state import Held, Service
from memory.decisions import Admission
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
    id: str
    symbol: str
    timeframe: Timeframe
    as_of: AwareDatetime
    state: State
    cycle: Cycle | None
    """Its snapshot without the facts: `/ai/history/{id}/snapshot` has them. None where it is being decided: nobody
    knows yet whether it will be a trade."""
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
    """Decisions that want to trade or may come to it: being decided, waiting for a person, then what became of the
    others, newest first; at most `limit` of each state."""
    del person
    found: list[Idea] = []
    if state in (None, "waiting"):
        found += [_undecided(each) for each in under_way(held.desk.ledger)[:limit]]
    if state in (None, "needs_approval"):
        found += [_idea(held, cycle) for cycle in held.desk.approvals.waiting(limit)]
    for each in ENDED if state is None else [state]:
        found += [_idea(held, cycle) for cycle in ended(held.desk.ledger, each, limit)]
    return found


@router.post("/ai/ideas/{decision_id}/approve", responses=documented(404, 409, 422, 503))
def approve(held: Held, decision_id: Id, answer: Answer, person: Annotated[Person, trader()]) -> Cycle:
    """Look at it again with the newest price and account, then send it."""
    return _brief(answering.approve(held, known(held, decision_id), person, answer.reason))


@router.post("/ai/ideas/{decision_id}/reject", responses=documented(404, 409, 422, 503))
def reject(held: Held, decision_id: Id, answer: Refusal, person: Annotated[Person, trader()]) -> Cycle:
    return _brief(answering.reject(held, known(held, decision_id), person, answer.reason))


@router.post("/ai/ideas/{decision_id}/modify", responses=documented(404, 409, 422, 503))
def modify(held: Held, decision_id: Id, answer: Smaller, person: Annotated[Person, trader()]) -> Cycle:
    """Make it smaller; it still waits."""
    return _brief(answering.modify(held, known(held, decision_id), person, answer.quantity, answer.reason))


def _idea(held: Service, cycle: Cycle) -> Idea:
    marks = held.desk.ledger.ideas.marks(cycle.id)
    return Idea(
        id=cycle.id, symbol=cycle.symbol, timeframe=cycle.timeframe, as_of=cycle.as_of,
        state=answering.state_of(cycle, marks), cycle=_brief(cycle), marks=marks,
    )  # fmt: skip


def _brief(cycle: Cycle) -> Cycle:
    """Without the facts, which are nearly all of its size."""
    if cycle.snapshot is None:
        return cycle
    return cycle.model_copy(update={"snapshot": cycle.snapshot.model_copy(update={"facts": ()})})


def _undecided(admission: Admission) -> Idea:
    return Idea(
        id=admission.id, symbol=admission.symbol, timeframe=admission.timeframe, as_of=admission.as_of,
        state="waiting", cycle=None, marks=(),
    )  # fmt: skip
