"""The price chart of a decision: candles, what detectors saw, the plan's levels, and where a forecaster expects it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fks_agents import _wording as say
from fks_agents.bars import Bars, moment, nanoseconds
from fks_agents.contracts import Direction, Event, Forecast, Plan, Snapshot

SHOWN = 140
"""Bars before the decision."""

MOST_EVENTS = 12


@dataclass(frozen=True)
class Level:
    name: str
    price: float


@dataclass(frozen=True)
class Seen:
    """A market-structure event."""

    label: str
    direction: Direction
    formed: int
    """Index of its candle."""
    confirmed: int
    """Index of the candle after whose close it was known."""
    low: float
    high: float
    """The same as `low` where it is a level, not a zone."""


@dataclass(frozen=True)
class Band:
    """Outer quantiles and median of the best forecast, from the last candle on."""

    forecaster: str
    share: str
    """Of outcomes that it expects within: `80 %`."""
    first: int
    """Index of the candle it starts from."""
    low: tuple[float, ...]
    middle: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class Candles:
    times: tuple[str, ...]
    """Of every candle's close; those that are still to come are counted: `+1`, `+2`."""
    prices: tuple[tuple[float, float, float, float], ...]
    """open, close, low, high."""
    events: tuple[Seen, ...]
    levels: tuple[Level, ...]
    band: Band | None

    @property
    def axis(self) -> tuple[float, float]:
        """Round prices just below and just above anything that is drawn."""
        drawn = [
            *(price for prices in self.prices for price in prices), *(level.price for level in self.levels),
            *(end for event in self.events for end in (event.low, event.high)),
            *((*self.band.low, *self.band.high) if self.band is not None else ()),
        ]  # fmt: skip
        low, high = min(drawn), max(drawn)
        power = math.floor(math.log10(high - low or abs(high) or 1.0)) - 1
        step, places = 10.0**power, max(-power, 0)
        return round(math.floor(low / step - 0.5) * step, places), round(math.ceil(high / step + 0.5) * step, places)

    @property
    def told(self) -> str:
        """The chart in a sentence, for who cannot see it."""
        first, last = self.prices[0], self.prices[-1]
        levels = ", ".join(f"{level.name} {say.price(level.price)}" for level in self.levels)
        return (
            f"{len(self.prices)} candles until {self.times[len(self.prices) - 1]}, "
            f"from {say.price(first[1])} to {say.price(last[1])}" + (f"; {levels}" if levels else "")
        )


def candles(bars: Bars, snapshot: Snapshot, plan: Plan | None) -> Candles:
    """Raises nothing: what lies before the first candle shown is left out."""
    shown = bars.until(snapshot.as_of)[-SHOWN:]
    forecast = best(snapshot.forecasts)
    ahead = forecast.horizon if forecast is not None else 0
    closes = [say.when(moment(at), shown.timeframe) for at in shown.closed]
    return Candles(
        # Which days a market will be open on is not for a picture to guess: what is to come is counted.
        times=(*closes, *(f"+{n}" for n in range(1, ahead + 1))),
        prices=tuple(
            (float(o), float(c), float(low), float(high))
            for o, c, low, high in zip(shown.open, shown.close, shown.low, shown.high, strict=True)
        ),
        events=tuple(_seen(event, shown) for event in _visible(snapshot.events, shown)),
        levels=_levels(plan),
        band=None if forecast is None or not len(shown) else _band(forecast, len(shown) - 1, float(shown.close[-1])),
    )


def best(forecasts: Sequence[Forecast]) -> Forecast | None:
    """That of the highest measured skill; the first where none is measured."""
    return max(forecasts, key=lambda each: -np.inf if each.skill is None else each.skill, default=None)


def _visible(events: Sequence[Event], bars: Bars) -> tuple[Event, ...]:
    """The newest whose candle is shown; zones only while they are open."""
    if not len(bars):
        return ()
    first = moment(bars.opened[0])
    return tuple(each for each in events if each.formed_at >= first and (each.far_level is None or each.is_open))[
        -MOST_EVENTS:
    ]


def _seen(event: Event, bars: Bars) -> Seen:
    ends = (event.level, event.level if event.far_level is None else event.far_level)
    formed = int(np.searchsorted(bars.opened, nanoseconds(event.formed_at)))
    confirmed = int(np.searchsorted(bars.closed, nanoseconds(event.confirmed_at)))
    last = len(bars) - 1
    return Seen(say.spaced(event.kind), event.direction, min(formed, last), min(confirmed, last), min(ends), max(ends))


def _levels(plan: Plan | None) -> tuple[Level, ...]:
    if plan is None or plan.entry is None or plan.stop is None:
        return ()
    numbered = [f"target {n}" if len(plan.targets) > 1 else "target" for n in range(1, len(plan.targets) + 1)]
    return (
        Level("entry", plan.entry), Level("stop", plan.stop),
        *(Level(name, price) for name, price in zip(numbered, plan.targets, strict=True)),
    )  # fmt: skip


def _band(forecast: Forecast, first: int, close: float) -> Band:
    middle = min(range(len(forecast.levels)), key=lambda at: abs(forecast.levels[at] - 0.5))
    lows, middles, highs = ([row[at] for row in forecast.path] for at in (0, middle, -1))
    share = say.percent(forecast.levels[-1] - forecast.levels[0])
    return Band(forecast.forecaster, share, first, (close, *lows), (close, *middles), (close, *highs))
