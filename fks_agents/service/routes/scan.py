"""The scanner: what it does, started and stopped, and the lists of symbols it scans."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from fks_agents.contracts import Timeframe
from fks_agents.errors import UsageError
from fks_agents.service.people import Person, trader, viewer
from fks_agents.service.problems import Problem, documented
from fks_agents.service.scan_status import ScannerStatus, ScanRun, told
from fks_agents.service.state import Held, Service
from graphs.scan import Watchlist
from memory.watchlists import Frames, Name, Symbols, WatchlistVersion
from tools.market import is_live

router = APIRouter(prefix="/scan", tags=["scan"])

ListName = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9_-]{0,62}$")]


class Which(BaseModel):
    model_config = ConfigDict(extra="forbid")
    watchlist: Name | None = None
    """Only this one."""


class Begun(BaseModel):
    symbols: dict[Timeframe, tuple[str, ...]]
    """What is being scanned; `GET /scan/runs` tells what came of it."""


class Draft(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"symbols": ["SPX", "IXIC"], "timeframes": ["1d"]}]}
    )

    symbols: Symbols
    timeframes: Frames
    version: Annotated[int, Field(ge=0, le=10**6)] | None = None
    """The one this was written over, 0 for a new one; it is refused where there is another by now."""


class Listed(BaseModel):
    name: str
    version: int
    by: str
    at: AwareDatetime
    symbols: tuple[str, ...]
    timeframes: tuple[Timeframe, ...]


@router.get("/status", responses=documented(503))
def status(held: Held, person: Annotated[Person, viewer()]) -> ScannerStatus:
    del person
    return held.scanner.status()


@router.post("/start", responses=documented(503))
def start(held: Held, person: Annotated[Person, trader()]) -> ScannerStatus:
    """Scan every watchlist from now on, whenever one of its bars closes; after a restart, too."""
    held.scanner.start(person.name)
    return held.scanner.status()


@router.post("/stop", responses=documented(503))
def stop(held: Held, person: Annotated[Person, trader()]) -> ScannerStatus:
    """Scan nothing more. A running scan ends after the symbol it is at; what it asked for is finished."""
    held.scanner.stop(person.name)
    return held.scanner.status()


@router.post("/now", responses=documented(400, 404, 409, 422, 503), status_code=202)
def now(held: Held, person: Annotated[Person, trader()], which: Which | None = None) -> Begun:
    """Scan at once, whether the scanner is on or not. A bar that was decided on is not decided on again."""
    name = None if which is None else which.watchlist
    if name is not None:
        _newest(held, name)
    return Begun(symbols=held.scanner.scan_now(person, name))


@router.get("/runs", responses=documented(422, 503))
def runs(
    held: Held, person: Annotated[Person, viewer()], limit: Annotated[int, Query(ge=1, le=200)] = 20
) -> list[ScanRun]:
    """Scans, missed closes and hourly looks for outcomes, newest first."""
    del person
    return [told(run) for run in held.desk.ledger.jobs.newest(limit=limit)]


@router.get("/watchlists", responses=documented(503))
def watchlists(held: Held, person: Annotated[Person, viewer()]) -> list[Listed]:
    """By name."""
    del person
    return [_listed(version) for version in held.desk.ledger.watchlists.newest()]


@router.get("/watchlists/{name}", responses=documented(404, 422, 503))
def watchlist(held: Held, name: ListName, person: Annotated[Person, viewer()]) -> Listed:
    del person
    return _listed(_newest(held, name))


@router.put("/watchlists/{name}", responses=documented(400, 409, 422, 503), status_code=201)
def keep(held: Held, name: ListName, draft: Draft, person: Annotated[Person, trader()]) -> Listed:
    """Keep a list, or its next version."""
    listed = Watchlist(name=name, symbols=draft.symbols, timeframes=draft.timeframes)
    _check(held, listed)
    return _listed(_add(held, name, person, listed, draft.version))


@router.delete("/watchlists/{name}", responses=documented(404, 409, 422, 503), status_code=204)
def delete(held: Held, name: ListName, person: Annotated[Person, trader()]) -> None:
    """Its symbols are not scanned any more, unless another list names them."""
    _add(held, name, person, None, _newest(held, name).number)


def _newest(held: Service, name: str) -> WatchlistVersion:
    found = held.desk.ledger.watchlists.of(name)
    if not found or found[-1].watchlist is None:
        raise Problem(404, f"unknown watchlist {name!r}")
    return found[-1]


def _check(held: Service, listed: Watchlist) -> None:
    """Raises UsageError naming the first symbol or timeframe that the source does not have.

    An exchange is not asked: a list can be kept while it does not answer.
    """
    if is_live(held.settings.source):
        return
    market = held.desk.feeds(held.settings).market
    known = market.symbols()
    if unknown := [symbol for symbol in listed.symbols if symbol not in known]:
        raise UsageError(f"symbols: expected some of {', '.join(known[:20])}, was {', '.join(unknown[:5])}")
    for timeframe in listed.timeframes:
        market.span(listed.symbols[0], timeframe)


def _add(held: Service, name: str, person: Person, listed: Watchlist | None, over: int | None) -> WatchlistVersion:
    known = len(held.desk.ledger.watchlists.of(name))
    if over is not None and over != known:
        raise Problem(409, f"watchlist {name}: expected to be written over version {known}, was {over}")
    version = WatchlistVersion(
        name=name, number=known + 1, by=person.name, at=held.desk.clock.now(), watchlist=listed
    )  # fmt: skip
    held.desk.ledger.watchlists.add(version)
    return version


def _listed(version: WatchlistVersion) -> Listed:
    kept = cast(Watchlist, version.watchlist)
    return Listed(
        name=version.name, version=version.number, by=version.by, at=version.at, symbols=kept.symbols,
        timeframes=kept.timeframes,
    )  # fmt: skip
