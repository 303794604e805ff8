"""A synthetic world behind the protocols: seeded, and able to end in any future one likes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from fks_agents.bars import Bars, Floats, Series, moment, nanoseconds
from fks_agents.clock import FixedClock
from fks_agents.contracts import AccountView, CalendarEvent, Headline, Position, Timeframe
from fks_agents.deps import Broker, Calendar, Deps, IntentLog, Macro, Market, Memory, News, Store
from fks_agents.settings import Settings
from fks_agents.state import CycleState

if TYPE_CHECKING:
    from langgraph.runtime import Runtime

DAY = 86_400_000_000_000
FIRST = datetime(2015, 1, 1, tzinfo=UTC)
COUNT = 1000
WORDS = ("Shares surge on strong profits", "Index falls as fears of recession grow", "Meeting held")


def day(number: int) -> datetime:
    """Midnight that ends day `number` of the world, when its bar closes."""
    return FIRST + timedelta(days=number + 1)


@dataclass(frozen=True)
class World:
    """Bars, series and headlines until `end`: up to `cut` of one seed, afterwards of another."""

    seed: int = 1
    cut: int = COUNT
    future: int = 1

    def column(self, name: str, count: int = COUNT) -> Floats:
        """Standard normal values, one for each day."""
        past, future = (
            np.random.default_rng([seed, *name.encode()]).normal(size=count) for seed in (self.seed, self.future)
        )
        return np.where(np.arange(count) < self.cut, past, future)

    def history(self) -> Bars:
        opened = nanoseconds(FIRST) + DAY * np.arange(COUNT)
        close = 100.0 * np.exp(0.01 * np.cumsum(self.column("close")))
        start = close * np.exp(0.004 * self.column("open"))
        high = np.maximum(start, close) * np.exp(0.004 * np.abs(self.column("high")))
        low = np.minimum(start, close) / np.exp(0.004 * np.abs(self.column("low")))
        volume = np.floor(np.exp(10.0 + 0.2 * self.column("volume")))
        return Bars("SYN", "1d", "test", opened, opened + DAY, start, high, low, close, volume)

    def macro(self) -> tuple[Series, ...]:
        """Published at the end of the day after the one they describe."""
        observed = nanoseconds(FIRST) + DAY * np.arange(COUNT)
        return tuple(
            Series(name, unit, "test", observed, observed + 2 * DAY, 20.0 + self.column(name))
            for name, unit in (("aaa_yield", "percent"), ("baa_yield", "percent"), ("vix", "points"), ("wti", "price"))
        )

    def headlines(self) -> tuple[Headline, ...]:
        chosen = np.abs(np.round(10 * self.column("news"))).astype(int) % len(WORDS)
        return tuple(
            Headline(id=f"H{number}", text=WORDS[word], published_at=day(number) - timedelta(hours=3), source="wire")
            for number, word in enumerate(chosen.tolist())
        )


@dataclass(frozen=True)
class SyntheticMarket:
    history: Bars
    name: str = "synthetic"
    late: int = 0
    """Bars too many that it gives."""

    def symbols(self) -> tuple[str, ...]:
        return ("SYN",)

    def bars(self, symbol: str, timeframe: Timeframe, as_of: datetime, count: int) -> Bars:
        assert (symbol, timeframe) == ("SYN", "1d")
        return self.history.until(as_of + timedelta(days=self.late))[-count:]

    def span(self, symbol: str, timeframe: Timeframe) -> tuple[datetime, datetime]:
        del symbol, timeframe
        return moment(self.history.closed[0]), moment(self.history.closed[-1])


@dataclass(frozen=True)
class SyntheticFeeds:
    """Macro series, headlines and calendar in one."""

    world: World
    late: timedelta = timedelta(0)

    def series(self, as_of: datetime) -> tuple[Series, ...]:
        return tuple(each.until(as_of + self.late) for each in self.world.macro())

    def headlines(self, symbol: str, as_of: datetime) -> tuple[Headline, ...]:
        del symbol
        return tuple(each for each in self.world.headlines() if each.published_at <= as_of + self.late)

    def events(self, as_of: datetime) -> tuple[CalendarEvent, ...]:
        return (CalendarEvent(name="meeting", at=as_of + timedelta(days=2), importance="high"),)


@dataclass
class MemoryStore:
    kept: dict[str, Bars | Series] = field(default_factory=dict)

    def put(self, columns: Bars | Series) -> str:
        self.kept[columns.digest] = columns
        return columns.digest

    def bars(self, digest: str) -> Bars:
        return cast("Bars", self.kept[digest])

    def series(self, digest: str) -> Series:
        return cast("Series", self.kept[digest])


@dataclass(frozen=True)
class OnePosition:
    """A broker with a position in the symbol."""

    last_trade_at: datetime | None = None

    def account(self, symbol: str, as_of: datetime) -> AccountView:
        del symbol, as_of
        held = Position(side="buy", quantity=10.0, average_price=100.0, unrealised=5.0)
        return AccountView(equity=10_005.0, cash=9_000.0, position=held, last_trade_at=self.last_trade_at)

    def known(self, bracket: object) -> None:
        raise AssertionError("nothing is halted")

    def place(self, bracket: object) -> Any:
        raise AssertionError("a snapshot sends no orders")


def deps(
    world: World,
    as_of: datetime,
    *,
    market: Market | None = None,
    feeds: SyntheticFeeds | None = None,
    alone: bool = False,
    store: Store | None = None,
    broker: OnePosition | None = None,
    **settings: Any,
) -> Deps:
    """The world behind the protocols; `alone` leaves out what is not prices."""
    feeds = feeds or SyntheticFeeds(world)
    outside: tuple[Macro | None, News | None, Calendar | None] = (None, None, None) if alone else (feeds, feeds, feeds)
    return Deps(
        settings=Settings(**settings),
        clock=FixedClock(as_of),
        market=market or SyntheticMarket(world.history()),
        store=store or MemoryStore(),
        broker=cast("Broker", broker or OnePosition()),
        intents=cast("IntentLog", None),
        memory=cast("Memory", None),
        macro=outside[0],
        news=outside[1],
        calendar=outside[2],
    )


def asked(as_of: datetime) -> CycleState:
    return {"symbol": "SYN", "timeframe": "1d", "as_of": as_of}


def runtime(known: Deps) -> Runtime[Deps]:
    return cast("Runtime[Deps]", SimpleNamespace(context=known))


def with_column(bars: Bars, **columns: Any) -> Bars:
    return replace(bars, **columns)
