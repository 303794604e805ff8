"""Ask for a decision, watch it being made, cancel it."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict

from fks_agents.contracts import Cycle, Report, Timeframe, Turn
from fks_agents.errors import UsageError
from fks_agents.service.failing import KIND, Failure, failures, unfinished_failure
from fks_agents.service.inputs import Id, Key, Moment, Symbol
from fks_agents.service.linking import gives
from fks_agents.service.people import Person, trader, viewer
from fks_agents.service.problems import Problem, documented
from fks_agents.service.state import Held, Service
from memory.decisions import Admission

router = APIRouter(tags=["runs"])


class Question(BaseModel):
    """As in Python: `analyze("SPX", timeframe="1d", as_of="2018-04-20T20:00:00Z")`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"symbol": "SPX"}]})

    symbol: Symbol
    timeframe: Timeframe | None = None
    as_of: Moment | None = None
    """By default the close of the newest bar."""
    wait: bool = False
    """Answer with the finished decision, not with its id."""

    @property
    def digest(self) -> str:
        """Of what is asked, however the answer is wanted."""
        return sha256(self.model_dump_json(exclude={"wait"}).encode()).hexdigest()


class Accepted(BaseModel):
    id: str
    status: Literal["accepted"] = "accepted"
    events: str
    """Where to listen."""


class Argument(BaseModel):
    """What the analysts and the debaters of a decision said."""

    id: str
    reports: tuple[Report, ...]
    debate: tuple[Turn, ...]


@router.post(
    "/ai/analyze",
    status_code=202,
    response_model=Accepted | Cycle,
    responses={
        200: {"model": Cycle, "description": "With `wait`: the decision"},
        **documented(400, 409, 422, 429, 503),
    },
    openapi_extra=gives("decision_id"),
)
async def analyze(
    held: Held, question: Question, response: Response, person: Annotated[Person, trader()], key: Key = None
) -> Accepted | Cycle:
    """Ask for one gated decision. It is on record when this answers; whatever happens, it finishes."""
    decision_id = await asked(held, question, person, key)
    if not question.wait:
        return Accepted(id=decision_id, events=f"/v1/runs/{decision_id}/events")
    response.status_code = 200
    return await made(held, decision_id)


@router.post("/ai/debate", responses=documented(400, 409, 422, 429, 503), openapi_extra=gives("decision_id"))
async def debate(held: Held, question: Question, person: Annotated[Person, trader()], key: Key = None) -> Argument:
    """The same decision, answered with what was said for and against it."""
    cycle = await made(held, await asked(held, question, person, key))
    return Argument(id=cycle.id, reports=cycle.reports, debate=cycle.debate)


class Run(BaseModel):
    id: str
    symbol: str
    timeframe: Timeframe
    as_of: AwareDatetime
    asked_by: str | None
    """None where it was asked for outside the service."""
    failure: Failure | None = None
    """Where it broke off and is tried again, or is not any more: it can be cancelled."""


class Runs(BaseModel):
    running: int
    """In this process."""
    waiting: int
    """For their turn in this process."""
    unfinished: int
    """On record, wherever they are made; some may wait for a person."""
    runs: list[Run]


@router.get("/runs", responses=documented(422))
def runs(held: Held, person: Annotated[Person, viewer()], limit: Annotated[int, Query(ge=1, le=500)] = 100) -> Runs:
    """Decisions that are not finished, the oldest first."""
    del person
    running, waiting = held.runner.load
    decisions = held.desk.ledger.decisions
    listed = decisions.unfinished(limit=limit)
    ids = [each.id for each in listed]
    askers, failed = held.desk.ledger.requests.askers(ids), failures(held.desk.ledger, ids)
    return Runs(
        running=running, waiting=waiting, unfinished=len(decisions.unfinished_ids()),
        runs=[_run(each, askers.get(each.id), failed.get(each.id)) for each in listed],
    )  # fmt: skip


@router.get("/runs/{decision_id}", responses=documented(404, 422))
def run(held: Held, decision_id: Id, person: Annotated[Person, viewer()]) -> Run:
    del person
    return _asked_run(held, known(held, decision_id))


@router.delete("/runs/{decision_id}", responses=documented(404, 409, 422), status_code=202)
def cancel(held: Held, decision_id: Id, person: Annotated[Person, trader()]) -> Run:
    """End a decision after the step it is in. One whose orders are committed is finished all the same."""
    found = known(held, decision_id)
    held.runner.cancel(found, person)
    return _asked_run(held, found)


def known(held: Service, decision_id: str) -> str:
    """The whole id; raises Problem 404."""
    try:
        return held.desk.ledger.decisions.admission(decision_id).id
    except UsageError as error:
        raise Problem(404, str(error)) from None


async def asked(held: Service, question: Question, person: Person, key: str | None) -> str:
    admission, _ = await asyncio.to_thread(
        held.runner.ask,
        person,
        lambda asked: held.desk.admit(question.symbol, timeframe=question.timeframe, as_of=question.as_of, asked=asked),
        question.digest,
        key,
        held.desk.clock.now(),
    )
    return admission.id


async def made(held: Service, decision_id: str) -> Cycle:
    """Raises Problem 503 where it breaks off: it is tried again later."""
    async for each in held.hub.listen(decision_id):
        if each.kind == "waits":
            return await asyncio.to_thread(held.desk.pending, decision_id)
        if each.kind == KIND and (failure := unfinished_failure(each.data)) is not None:
            raise Problem(503, f"decision {decision_id} broke off, see its run: {failure.reason}")
    return await asyncio.to_thread(held.desk.ledger.decisions.cycle, decision_id)


def _asked_run(held: Service, decision_id: str) -> Run:
    ledger = held.desk.ledger
    request, admission = ledger.requests.of(decision_id), ledger.decisions.admission(decision_id)
    is_open = not ledger.decisions.is_finished(decision_id)
    failure = failures(ledger, [decision_id]).get(decision_id) if is_open else None
    return _run(admission, request.person if request is not None else None, failure)


def _run(admission: Admission, asked_by: str | None, failure: Failure | None) -> Run:
    return Run(
        id=admission.id, symbol=admission.symbol, timeframe=admission.timeframe, as_of=admission.as_of,
        asked_by=asked_by, failure=failure,
    )  # fmt: skip
