"""Swing highs and lows, and the closes that break them: break of structure (BOS) and change of character (CHOCH).

A swing high is a bar whose high is above the highs of the `n` bars before it and not below those of the `n` bars after
it (of equal highs the first counts). It is known when the n-th bar after it closes; a swing low mirrors it.

Breaks are a state machine with three values: the newest known unbroken swing high, the newest known unbroken swing
low, and the trend, which starts as none. At each close, in this order:

1. A close above the swing high breaks it: CHOCH where the trend was down, else BOS. The trend becomes up, and there is
   no swing high to break until the next one is known.
2. A close below the swing low breaks it: CHOCH where the trend was up, else BOS. The trend becomes down.
3. A swing that became known at this close replaces the older one of its kind, broken or not.

A swing is a level and no opinion (direction `neutral`), open until a close has gone through it. A break points the way
it went, and is open until a close has come back through its level. Strength: of a swing, its distance from the close
that confirms it; of a break, the distance of the breaking close from the level; both in average true ranges.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from fks_agents.bars import Bars, Floats, moment
from fks_agents.contracts import Direction, Event
from fks_agents.deps import Detector
from fks_agents.errors import UsageError
from tools.detectors._atr import average_true_range, in_ranges, require_finite


class _Seen(NamedTuple):
    """An event in bar numbers: known at bar `known`, its level made by bar `formed`."""

    known: int
    kind: str
    formed: int
    is_up: bool
    """Whether the level is a high, and going through it means closing above."""


def swing_structure(n: int = 5) -> Detector:
    """Detector of swings with `n` bars (>= 1) on each side, and of their breaks; raises UsageError below one."""
    if n < 1:
        raise UsageError(f"n must be at least 1 bar on each side, was {n!r}")

    def detect(bars: Bars) -> tuple[Event, ...]:
        require_finite(bars)
        highs, lows = _peaks(bars.high, n), _peaks(-bars.low, n)
        return _events(bars, _seen(bars, highs, lows, n))

    return detect


def _peaks(prices: Floats, n: int) -> NDArray[np.intp]:
    """Rows above the `n` before them and not below the `n` after them, rising."""
    if len(prices) < 2 * n + 1:
        return np.empty(0, dtype=np.intp)
    highest = sliding_window_view(prices, n).max(axis=1)
    middle = prices[n:-n]
    return n + np.flatnonzero((middle > highest[: len(middle)]) & (middle >= highest[n + 1 :]))


def _seen(bars: Bars, highs: NDArray[np.intp], lows: NDArray[np.intp], n: int) -> list[_Seen]:
    """Run the state machine over the closes."""
    new_high, new_low = set((highs + n).tolist()), set((lows + n).tolist())
    high_prices, low_prices = bars.high.tolist(), bars.low.tolist()
    seen: list[_Seen] = []
    above, below = np.inf, -np.inf  # the levels; infinite where there is none to break
    high = low = -1  # the bars that carry them
    trend = ""
    for t, close in enumerate(bars.close.tolist()):
        if close > above:
            seen.append(_Seen(t, "choch" if trend == "down" else "bos", high, is_up=True))
            trend, above = "up", np.inf
        if close < below:
            seen.append(_Seen(t, "choch" if trend == "up" else "bos", low, is_up=False))
            trend, below = "down", -np.inf
        if t in new_high:
            high, above = t - n, high_prices[t - n]
            seen.append(_Seen(t, "swing_high", high, is_up=True))
        if t in new_low:
            low, below = t - n, low_prices[t - n]
            seen.append(_Seen(t, "swing_low", low, is_up=False))
    return seen


def _events(bars: Bars, seen: list[_Seen]) -> tuple[Event, ...]:
    known = np.array([event.known for event in seen], dtype=np.intp)
    formed = np.array([event.formed for event in seen], dtype=np.intp)
    is_up = np.array([event.is_up for event in seen], dtype=bool)
    is_swing = np.array([event.kind.startswith("swing") for event in seen], dtype=bool)
    levels = np.where(is_up, bars.high[formed], bars.low[formed])
    # Highest and lowest close after each bar; the newest has none after it.
    highest = np.append(np.maximum.accumulate(bars.close[::-1])[::-1][1:], -np.inf)
    lowest = np.append(np.minimum.accumulate(bars.close[::-1])[::-1][1:], np.inf)
    ends_above = is_up == is_swing  # a broken high ends when price closes below it again
    is_open = np.where(ends_above, highest[known] <= levels, lowest[known] >= levels)
    strength = in_ranges(np.abs(levels - bars.close[known]), average_true_range(bars)[known])
    return tuple(
        Event(
            detector="swings",
            kind=event.kind,
            direction=_direction(event),
            formed_at=moment(bars.opened[event.formed]),
            confirmed_at=moment(bars.closed[event.known]),
            level=level,
            strength=size,
            is_open=still_open,
        )
        for event, level, size, still_open in zip(
            seen, levels.tolist(), strength.tolist(), is_open.tolist(), strict=True
        )
    )


def _direction(event: _Seen) -> Direction:
    if event.kind.startswith("swing"):
        return "neutral"
    return "bullish" if event.is_up else "bearish"


detect = swing_structure()

_: Detector = detect
