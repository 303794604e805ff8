"""Backtests in the background: begun, watched, read, cancelled."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Self

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import HTMLResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, model_validator

from evaluators.backtest import Job
from fks_agents.contracts import Timeframe
from fks_agents.service.inputs import Moment, Symbol, Words
from fks_agents.service.linking import gives
from fks_agents.service.people import RANK, Person, trader, viewer
from fks_agents.service.problems import Problem, documented
from fks_agents.service.routes.strategies import named, written
from fks_agents.service.state import Held, Service
from memory.backtests import Backtest, Result, State

router = APIRouter(prefix="/backtests", tags=["backtests"])

RunId = Annotated[str, Path(pattern="^[0-9a-f]{12}$")]


class Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "sma_cross", "symbol": "SPX"}]})

    name: Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,62}$")] = ""
    """Of a shipped strategy, or of one that is kept here."""
    strategy: dict[str, JsonValue] | None = None
    """In its place, a strategy as in a file."""
    symbol: Symbol
    timeframe: Timeframe | None = None
    begin: Moment | None = None
    """First close traded on."""
    end: Moment | None = None
    cash: Annotated[float, Field(gt=0, le=1e12)] | None = None
    fee: Annotated[float, Field(ge=0, le=1)] | None = None
    """Of a fill, as a fraction of its value."""
    slippage: Annotated[float, Field(ge=0, le=1)] | None = None
    """Of stop and market fills, as a fraction of the price."""
    seed: Annotated[int, Field(ge=0, le=2**31)] | None = None
    trials: Annotated[int, Field(ge=1, le=10**6)] = 1
    """Ideas that were tried before this one, itself included."""

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        if bool(self.name) == (self.strategy is not None):
            raise ValueError("expected either name or strategy")
        return self


class Told(BaseModel):
    id: str
    by: str
    at: AwareDatetime
    strategy: str
    symbol: str
    state: State
    done: int
    """Bars played."""
    of: int
    """Bars there are; 0 until it is known."""
    reason: str
    """Why it failed."""
    ended_at: AwareDatetime | None
    cancelled_by: str | None


class Page(BaseModel):
    backtests: list[Told]
    next: int | None
    """To be sent as `cursor` for what comes after; None at the end."""


class Found(BaseModel):
    id: str
    result: dict[str, Any]
    """As `fks backtest --json` tells it."""


@router.post("", responses=documented(400, 404, 422, 429, 503), status_code=202, openapi_extra=gives("run_id"))
def begin(held: Held, wanted: Wanted, person: Annotated[Person, trader()]) -> Told:
    """Play a strategy over past prices, and tell skill from luck. It ends, whatever happens to the process."""
    return _told(ask(held, wanted, person))


@router.get("", responses=documented(422, 503))
def backtests(
    held: Held,
    person: Annotated[Person, viewer()],
    state: Annotated[State | None, Query()] = None,
    by: Annotated[Words | None, Query(description="Whoever asked for it")] = None,
    symbol: Annotated[Symbol | None, Query()] = None,
    strategy: Annotated[Words | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="`next` of the page before")] = None,
) -> Page:
    """Newest first; the oldest are forgotten where there are more than `service_backtests_kept`."""
    del person
    found = held.desk.ledger.backtests.page(
        state=state, by=by, symbol=symbol, strategy=strategy, before=cursor, limit=limit + 1
    )
    shown = found[:limit]
    return Page(backtests=[*map(_told, shown)], next=shown[-1].sequence if len(found) > limit else None)


@router.get("/{run_id}", responses=documented(404, 422, 503))
def backtest(held: Held, run_id: RunId, person: Annotated[Person, viewer()]) -> Told:
    del person
    return _told(known(held, run_id))


@router.get("/{run_id}/result", responses=documented(404, 409, 422, 503))
def result(held: Held, run_id: RunId, person: Annotated[Person, viewer()]) -> Found:
    del person
    return Found(id=run_id, result=json.loads(ended(held, run_id).told))


@router.get(
    "/{run_id}/report", response_class=HTMLResponse,
    responses=documented(404, 409, 422, 503) | {200: {"content": {"text/html": {}}}},
)  # fmt: skip
def report(held: Held, run_id: RunId, person: Annotated[Person, viewer()]) -> HTMLResponse:
    """One page that needs nothing else, to be kept."""
    del person
    asked = known(held, run_id)
    name = f"backtest-{asked.strategy}-{re.sub(r'[^A-Za-z0-9.-]+', '_', asked.symbol)}-{asked.id}.html"
    return HTMLResponse(
        ended(held, run_id).report, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )  # fmt: skip


@router.post("/{run_id}/cancel", responses=documented(404, 422, 503), status_code=202)
def cancel(held: Held, run_id: RunId, person: Annotated[Person, trader()]) -> Told:
    """End it within a moment; one that has ended stays as it is."""
    held.backtests.cancel(known(held, run_id).id, person.name)
    return _told(known(held, run_id))


@router.delete("/{run_id}", responses=documented(404, 409, 422, 503), status_code=204, response_class=Response)
def delete(held: Held, run_id: RunId, person: Annotated[Person, trader()]) -> None:
    """Forget one that has ended: one's own, or any as an admin."""
    forget(held, run_id, person)


def ask(held: Service, wanted: Wanted, person: Person) -> Backtest:
    """Raises UsageError, DataError, or Problem 404 or 429, where it cannot be run."""
    strategy = named(held, wanted.name) if wanted.strategy is None else written(wanted.strategy, "unnamed")
    given = {name: getattr(wanted, name) for name in ("timeframe", "cash", "fee", "slippage", "seed")}
    changes = {name: value for name, value in given.items() if value is not None}
    settings = held.settings.having(**changes) if changes else held.settings
    held.desk.feeds(settings).market.span(wanted.symbol, settings.timeframe)
    job = Job(strategy, wanted.symbol, settings, wanted.begin, wanted.end, wanted.trials)
    return held.backtests.begin(job, person.name, held.desk.clock.now())


def forget(held: Service, run_id: str, person: Person) -> None:
    """Raises Problem 404, 409 while it is under way, and 403 where another one asked for it."""
    asked = known(held, run_id)
    if asked.by != person.name and RANK[person.role] < RANK["admin"]:
        raise Problem(403, f"backtest {run_id} is {asked.by}'s; expected them or an admin, was {person.name}")
    if asked.is_under_way:
        raise Problem(409, f"backtest {run_id} is {asked.state}; cancel it first")
    held.desk.ledger.backtests.delete(run_id)


def known(held: Service, run_id: str) -> Backtest:
    if (found := held.desk.ledger.backtests.get(run_id)) is None:
        raise Problem(404, f"unknown backtest {run_id!r}")
    return found


def ended(held: Service, run_id: str) -> Result:
    """Raises Problem 404, and 409 where there is no result."""
    asked = known(held, run_id)
    if (found := held.desk.ledger.backtests.result(run_id)) is None:
        raise Problem(409, f"backtest {run_id} is {asked.state}{f': {asked.reason}' if asked.reason else ''}")
    return found


def _told(asked: Backtest) -> Told:
    return Told(**asked.model_dump(include=set(Told.model_fields)))
