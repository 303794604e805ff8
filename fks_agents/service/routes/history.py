"""Finished decisions: found, looked at, and made again from the record or with another model."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from fks_agents.contracts import Action, Cycle, Result, Snapshot, Status
from fks_agents.errors import ConfigError, UsageError
from fks_agents.service.following import Followed, follow
from fks_agents.service.inputs import Id, ModelName, Moment, Symbol, Words
from fks_agents.service.people import Person, trader, viewer
from fks_agents.service.problems import Problem, documented
from fks_agents.service.routes.runs import known
from fks_agents.service.showing.history import find
from fks_agents.service.state import Held, Service
from graphs.comparing import Difference
from memory.decisions import Entry

router = APIRouter(prefix="/ai/history", tags=["history"])


class Listed(BaseModel):
    decision: Entry
    result: Result | None
    """None where it has not ended yet."""


class Page(BaseModel):
    decisions: list[Listed]
    next: int | None
    """To be sent as `cursor` for what comes after; None at the end."""


class Again(BaseModel):
    """Nothing: from the record. A model: the same snapshot with that model."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}, {"model": "rules"}]})

    model: ModelName | None = None


class Replay(BaseModel):
    id: str
    is_identical: bool
    """Whether the same bytes came out."""
    digest: str
    differences: list[str]
    """`path: was X, is Y`."""


class Rerun(BaseModel):
    """What another model made of the same snapshot. Nothing was sent, and it is no decision of the record."""

    id: str
    other: Cycle
    decision: list[Difference]
    claims: list[Difference]
    checks: list[Difference]


@router.get("", responses=documented(422, 503))
def history(
    held: Held,
    person: Annotated[Person, viewer()],
    symbol: Annotated[Symbol | None, Query()] = None,
    action: Annotated[Action | None, Query()] = None,
    status: Annotated[Status | None, Query()] = None,
    since: Annotated[Moment | None, Query(description="Only decisions about this moment or later")] = None,
    until: Annotated[Moment | None, Query(description="Only decisions about this moment or earlier")] = None,
    text: Annotated[Words | None, Query(description="Words in the reason")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="`next` of the page before")] = None,
) -> Page:
    """Finished decisions, newest first."""
    del person
    found = find(
        held.desk.ledger, symbol=symbol, action=action, status=status, since=since, until=until, text=text,
        before=cursor, limit=limit,
    )  # fmt: skip
    return Page(
        decisions=[Listed(decision=each.entry, result=each.result) for each in found.decisions], next=found.next
    )


@router.get("/{decision_id}", responses=documented(404, 409, 422, 503))
def decision(held: Held, decision_id: Id, person: Annotated[Person, viewer()]) -> Cycle:
    """Everything that was seen, said, checked and done."""
    del person
    return finished(held, decision_id)


@router.get("/{decision_id}/snapshot", responses=documented(404, 409, 422, 503))
def snapshot(held: Held, decision_id: Id, person: Annotated[Person, viewer()]) -> Snapshot:
    """What the agents were told; of a trade that waits for a person, too."""
    del person
    found = known(held, decision_id)
    waits = found in held.desk.ledger.ideas.waiting()
    return _seen(held.desk.pending(found) if waits else finished(held, found))


@router.post(
    "/{decision_id}/replay", responses=documented(400, 404, 409, 422, 503), response_model=Replay | Rerun
)  # fmt: skip
def replay(
    held: Held, decision_id: Id, person: Annotated[Person, trader()], again: Again | None = None
) -> Replay | Rerun:
    """Make a decision again: from the record, byte for byte, or with another model."""
    del person
    cycle = finished(held, decision_id)
    _seen(cycle)
    if again is None or again.model is None:
        rebuilt = held.desk.replay(cycle.id)
        return Replay(
            id=cycle.id, is_identical=rebuilt.is_identical, digest=rebuilt.cycle.digest,
            differences=list(rebuilt.differences),
        )  # fmt: skip
    try:
        found = held.desk.rerun(cycle.id, again.model)
    except ConfigError as error:
        raise UsageError(str(error)) from None  # the model was named by the caller, not by who set this up
    return Rerun(
        id=cycle.id, other=found.other, decision=list(found.decision), claims=list(found.claims),
        checks=list(found.checks),
    )  # fmt: skip


@router.post("/{decision_id}/follow", responses=documented(404, 409, 422, 503))
def followed(held: Held, decision_id: Id, person: Annotated[Person, trader()]) -> Followed:
    """Run the decision's paper account over the bars that have closed since: what filled, and how it ended."""
    del person
    return follow(held, finished(held, decision_id))


def finished(held: Service, decision_id: str) -> Cycle:
    """Raises Problem 404 where there is none, 409 where it is not finished."""
    found = known(held, decision_id)
    try:
        return held.desk.ledger.decisions.cycle(found)
    except UsageError as error:
        raise Problem(409, str(error)) from None


def _seen(cycle: Cycle) -> Snapshot:
    if cycle.snapshot is None:
        raise Problem(409, f"decision {cycle.id} ended before it saw any data: {cycle.reason}")
    return cycle.snapshot
