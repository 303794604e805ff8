"""Backtests in the background: begun, watched, read, cancelled."""

from __future__ import annotations

from typing import Annotated, Any, Self

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, model_validator

from evaluators.backtest import Job
from fks_agents.contracts import Timeframe
from fks_agents.service.backtests import Run, State
from fks_agents.service.inputs import Moment, Symbol
from fks_agents.service.people import Person, trader, viewer
from fks_agents.service.problems import Problem, documented
from fks_agents.service.routes.strategies import named, written
from fks_agents.service.state import Held, Service

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


class Found(BaseModel):
    id: str
    result: dict[str, Any]
    """As `fks backtest --json` tells it."""


@router.post("", responses=documented(400, 404, 422, 429, 503), status_code=202)
def begin(held: Held, wanted: Wanted, person: Annotated[Person, trader()]) -> Told:
    """Play a strategy over past prices, and tell skill from luck."""
    strategy = named(held, wanted.name) if wanted.strategy is None else written(wanted.strategy, "unnamed")
    given = {name: getattr(wanted, name) for name in ("timeframe", "cash", "seed")}
    changes = {name: value for name, value in given.items() if value is not None}
    settings = held.settings.having(**changes) if changes else held.settings
    held.desk.feeds(settings).market.span(wanted.symbol, settings.timeframe)
    job = Job(strategy, wanted.symbol, settings, wanted.begin, wanted.end, wanted.trials)
    return _told(held.backtests.begin(job, person.name, held.desk.clock.now()))


@router.get("", responses=documented())
def backtests(held: Held, person: Annotated[Person, viewer()]) -> list[Told]:
    """Newest first, as far as this service remembers."""
    del person
    return [_told(run) for run in held.backtests.all()]


@router.get("/{run_id}", responses=documented(404, 422))
def backtest(held: Held, run_id: RunId, person: Annotated[Person, viewer()]) -> Told:
    del person
    return _told(_run(held, run_id))


@router.get("/{run_id}/result", responses=documented(404, 409, 422))
def result(held: Held, run_id: RunId, person: Annotated[Person, viewer()]) -> Found:
    del person
    run = _run(held, run_id)
    if run.result is None:
        raise Problem(409, f"backtest {run.id} is {run.state}{f': {run.reason}' if run.reason else ''}")
    return Found(id=run.id, result=run.result)


@router.delete("/{run_id}", responses=documented(404, 422), status_code=202)
def cancel(held: Held, run_id: RunId, person: Annotated[Person, trader()]) -> Told:
    """End it; one that has ended stays as it is."""
    del person
    run = _run(held, run_id)
    held.backtests.cancel(run)
    return _told(run)


def _run(held: Service, run_id: str) -> Run:
    if (run := held.backtests.get(run_id)) is None:
        raise Problem(404, f"unknown backtest {run_id!r}")
    return run


def _told(run: Run) -> Told:
    return Told(
        id=run.id, by=run.by, at=run.at, strategy=run.job.strategy.name, symbol=run.job.symbol, state=run.state,
        done=run.done, of=run.of, reason=run.reason,
    )  # fmt: skip
