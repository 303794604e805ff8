"""A market whose time is a test's, and scanners on one ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from fks_agents.bars import Bars, nanoseconds
from fks_agents.contracts import Timeframe
from fks_agents.errors import DataError
from fks_agents.metrics import Metrics
from fks_agents.service.people import Person
from fks_agents.service.scan_metrics import ScanMetrics
from fks_agents.service.scanner import Scanner
from fks_agents.settings import load
from graphs.desk import Desk, Feeds
from graphs.opening import open_desk
from graphs.scan import Scanned, Watchlist
from memory.decisions import Admission
from memory.jobs import JobRun
from memory.requests import Asked
from memory.watchlists import Frame, WatchlistVersion
from tools.bars.resample import resample
from tools.market._window import last_closed

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""A Monday."""

_BEFORE, AFTER = 500, 500
"""Hours of bars before noon, and after it."""
_COUNT = _BEFORE + AFTER
_FIRST = NOON - timedelta(hours=_BEFORE)
_STEP = 3_600_000_000_000


@dataclass
class Clock:
    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def go(self, **ahead: float) -> None:
        self.at += timedelta(**ahead)


@dataclass
class LiveMarket:
    """Hourly bars, known at their close by the clock; late or failing where a test says so."""

    clock: Clock
    late: dict[str, timedelta] = field(default_factory=dict)
    failing: dict[str, Exception] = field(default_factory=dict)
    name: str = "ccxt:binance"

    def symbols(self) -> tuple[str, ...]:
        return ("A", "B", "C")

    def bars(self, symbol: str, timeframe: Timeframe, as_of: datetime, count: int) -> Bars:
        return last_closed(resample(self._known(symbol), timeframe), as_of, count)

    def span(self, symbol: str, timeframe: Timeframe) -> tuple[datetime, datetime]:
        known = resample(self._known(symbol), timeframe)
        first, last = (datetime.fromtimestamp(int(known.closed[at]) / 1e9, UTC) for at in (0, -1))
        return first, last

    def _known(self, symbol: str) -> Bars:
        if symbol in self.failing:
            raise self.failing[symbol]
        if symbol not in self.symbols():
            raise DataError(f"{symbol}: expected one of A, B, C")
        opened = nanoseconds(_FIRST) + _STEP * np.arange(_COUNT)
        close = 100 + np.sin(np.arange(_COUNT) / 9 + ord(symbol))
        bars = Bars(
            symbol, "1h", self.name, opened, opened + _STEP, close, close + 0.5, close - 0.5, close, np.ones(_COUNT)
        )
        return bars.until(self.clock.now() - self.late.get(symbol, timedelta(0)))


class Straight:
    """A queue that is never full, and makes nothing of what is admitted."""

    def ask(
        self, person: Person, admit: Callable[[Asked], Admission], question: str, key: str | None, at: datetime
    ) -> tuple[Admission, bool]:
        return admit(Asked(person.name, at, key, question)), True


@dataclass
class Floor:
    """One ledger and one clock; scanners come and go."""

    desk: Desk
    clock: Clock
    market: LiveMarket
    is_careful: bool = True
    """False admits without the bar's key, as a scanner would that knows no other."""

    def scanner(self, queue: object = None, *, is_on: bool = True, **how: float) -> Scanner:
        opened = Scanner(
            self.desk, queue or Straight(), ScanMetrics(Metrics()), timedelta(seconds=10), is_on, **how  # type: ignore[arg-type]
        )  # fmt: skip
        opened.open(self.admit, is_woken=False)
        return opened

    def admit(self, symbol: str, *, timeframe: Timeframe | None = None, asked: Asked | None = None) -> Admission:
        """As the desk, without the work of a whole one."""
        assert timeframe is not None
        assert asked is not None
        newest = self.market.span(symbol, timeframe)[1]
        asked = asked._replace(is_scan=self.is_careful)
        return self.desk.ledger.decisions.admit(
            symbol, timeframe, newest, self.desk.settings, account="main", asked=asked
        )

    def keep(self, name: str = "core", symbols: str = "AB", timeframes: tuple[Frame, ...] = ("1h",)) -> None:
        lists = self.desk.ledger.watchlists
        kept = Watchlist(name=name, symbols=tuple(symbols), timeframes=timeframes)
        number = len(lists.of(name)) + 1
        lists.add(WatchlistVersion(name=name, number=number, by="ana", at=self.clock.now(), watchlist=kept))

    def decided(self) -> list[tuple[str, Timeframe, datetime]]:
        return [(each.symbol, each.timeframe, each.as_of) for each in self.desk.ledger.decisions.unfinished()]

    def runs(self) -> tuple[JobRun, ...]:
        """Oldest first."""
        return self.desk.ledger.jobs.newest("scan ")[::-1]


@contextmanager
def floor(home: Path) -> Iterator[Floor]:
    clock = Clock()
    market = LiveMarket(clock)
    with open_desk(load(home=home, source="ccxt:binance"), feeds=Feeds(market), clock=clock) as desk:
        yield Floor(desk, clock, market)


def kinds(run: JobRun) -> dict[str, str]:
    """Symbol -> what became of it."""
    assert isinstance(run.told, list)
    return {each.symbol: each.kind for each in map(Scanned.model_validate, run.told)}
