"""What many detectors stand on, computed once for one table of bars: average range, swings, what later bars did.

A detector is written for its bullish form only. `Ground` gives two `Side`s of the same bars, as they are and upside
down; a bearish form is the bullish one on the second side.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from execution_core.structure import trusted as passes
from fks_agents.bars import Bars, Floats
from fks_agents.errors import DataError
from fks_agents.events import Codes, Flags, Rows

PERIOD = 14
"""Bars of Wilder's average true range (New Concepts in Technical Trading Systems, 1978)."""

Value = TypeVar("Value", bound=np.generic)


class Swings(NamedTuple):
    """Swing highs or swing lows, rising in time."""

    formed: Rows
    known: Rows
    level: Floats


class Breaks(NamedTuple):
    """Closes through the newest unbroken swing high, rising in time."""

    known: Rows
    formed: Rows
    """The bar of the swing that was broken."""
    level: Floats
    turned: Flags
    """Whether the trend was down before."""


class _Half:
    """Highs and closes, as they are or negated lows and closes, and what is known of them."""

    def __init__(self, high: Floats, close: Floats) -> None:
        self.high, self.close = high, close
        self._peaks: dict[int, Rows] = {}
        self._highest: dict[int, Floats] = {}
        self._newest: dict[int, Floats] = {}
        self._passed: dict[int, Rows] = {}
        self._swings: dict[tuple[int, int], Swings] = {}

    def peaks(self, n: int) -> Rows:
        if n not in self._peaks:
            self._peaks[n] = passes.peaks(self.high, n)
        return self._peaks[n]

    def swings(self, n: int, sign: int) -> Swings:
        """Its peaks, with levels of the given sign: -1 makes them the lows of the other half's side."""
        if (n, sign) not in self._swings:
            formed = self.peaks(n)
            self._swings[n, sign] = Swings(formed, formed + n, sign * self.high[formed])
        return self._swings[n, sign]

    def passed(self, n: int) -> Rows:
        if n not in self._passed:
            rows = self.peaks(n)
            self._passed[n] = self.first_high(rows + n, self.high[rows])
        return self._passed[n]

    def newest_peak(self, n: int) -> Floats:
        if n not in self._newest:
            rows = self.peaks(n)
            self._newest[n] = carried(rows + n, self.high[rows], len(self.high), np.nan)
        return self._newest[n]

    def highest(self, width: int) -> Floats:
        if width not in self._highest:
            self._highest[width] = passes.highest_of(self.high, width)
        return self._highest[width]

    def first_high(self, start: Rows, level: Floats, within: int = 0, *, or_at: bool = False) -> Rows:
        return passes.first_above(self.high, start, np.ascontiguousarray(level), or_at, within, self._high_maxima)

    def first_close(self, start: Rows, level: Floats, within: int) -> Rows:
        return passes.first_above(self.close, start, np.ascontiguousarray(level), False, within, self._close_maxima)

    @cached_property
    def _high_maxima(self) -> Floats:
        return passes.maxima(self.high)

    @cached_property
    def _close_maxima(self) -> Floats:
        return passes.maxima(self.close)

    @cached_property
    def high_after(self) -> Floats:
        return passes.highest_after(self.high)

    @cached_property
    def close_after(self) -> Floats:
        return passes.highest_after(self.close)


class _Trend:
    """Breaks of the swings of both halves, found in one pass."""

    def __init__(self, above: _Half, below: _Half, low: Floats) -> None:
        self._above, self._below, self._low = above, below, low
        self._broken: dict[int, tuple[Rows, Rows, Codes, Flags]] = {}

    def broken(self, n: int) -> tuple[Rows, Rows, Codes, Flags]:
        """Rows, rows of the swings, signs, and whether each turned the trend; at one row the upper comes first."""
        if n not in self._broken:
            above, below = self._above, self._below
            self._broken[n] = passes.breaks(above.close, above.high, self._low, above.peaks(n), below.peaks(n), n)
        return self._broken[n]


class Side:
    """Bars seen upright (`sign` 1) or upside down (-1): negated, with high and low exchanged.

    `start` (rising) and `level` are columns of one length. What looks ahead, the columns named `..._after`, serves
    `is_open` alone.
    """

    def __init__(
        self, sign: int, opens: Floats, low: Floats, above: _Half, below: _Half, trend: _Trend, ranges: Floats
    ) -> None:
        self.sign, self.open, self.low, self.ranges = sign, opens, low, ranges
        self.high, self.close = above.high, above.close
        self._above, self._below, self._trend = above, below, trend
        self._breaks: dict[int, Breaks] = {}
        self.kept: dict[object, Any] = {}
        """What modules beside this one compute once for this side, by their own keys."""

    @cached_property
    def rose(self) -> Flags:
        """Where a bar closed above its open."""
        return self.close > self.open

    @cached_property
    def fell(self) -> Flags:
        return self.close < self.open

    @cached_property
    def gapped(self) -> Rows:
        """Rows of bars that opened above the high of the one before."""
        return np.flatnonzero(self.open[1:] > self.high[:-1]) + 1

    # --- swings ---

    def swing_highs(self, n: int) -> Swings:
        return self._above.swings(n, 1)

    def swing_lows(self, n: int) -> Swings:
        return self._below.swings(n, -1)

    def highs_passed(self, n: int) -> Rows:
        """The first row with a high above each swing high, once that is known; the number of bars where none is."""
        return self._above.passed(n)

    def lows_passed(self, n: int) -> Rows:
        return self._below.passed(n)

    def breaks(self, n: int) -> Breaks:
        if n not in self._breaks:
            rows, formed, signs, turned = self._trend.broken(n)
            mine = np.flatnonzero(signs == self.sign)
            self._breaks[n] = Breaks(rows[mine], formed[mine], self.high[formed[mine]], turned[mine])
        return self._breaks[n]

    def newest_high(self, n: int) -> Floats:
        """Level of the newest known swing high at each row, NaN before the first."""
        return self._above.newest_peak(n)

    def newest_low(self, n: int) -> Floats:
        return -self._below.newest_peak(n)

    def newest_low_at(self, row: Rows, n: int) -> Floats:
        return -self._below.newest_peak(n)[row]

    # --- rolling extremes, the row's own bar included ---

    def highest(self, width: int) -> Floats:
        """The highest high of the last `width` bars at each row."""
        return self._above.highest(width)

    def lowest(self, row: Rows, width: int) -> Floats:
        """The lowest low of the last `width` bars at these rows."""
        return -self._below.highest(width)[row]

    def highest_at(self, row: Rows, width: int) -> Floats:
        """The highest high of the last `width` bars at these rows: for few rows, or a width used nowhere else."""
        return _highest_at(self._above.high, row, width)

    def lowest_at(self, row: Rows, width: int) -> Floats:
        return -_highest_at(self._below.high, row, width)

    def highest_between(self, first: Rows, end: Rows) -> Floats:
        """The highest high of the bars from each `first` row up to the one before `end`."""
        return passes.highest_between(self._above.high, first, end)

    def lowest_between(self, first: Rows, end: Rows) -> Floats:
        return -passes.highest_between(self._below.high, first, end)

    def is_lowest(self, width: int) -> Flags:
        """Where a bar's low is the lowest of the last `width`, or one of the lowest."""
        lowest: Flags = self._below.high == self._below.highest(width)
        return lowest

    # --- the first row after `start`, of the next `within` where that is given, at which something happens; the number
    # of bars where it does not ---

    def first_high_above(self, start: Rows, level: Floats) -> Rows:
        return self._above.first_high(start, level)

    def first_close_above(self, start: Rows, level: Floats, within: int = 0) -> Rows:
        return self._above.first_close(start, level, within)

    def first_low_below(self, start: Rows, level: Floats) -> Rows:
        return self._below.first_high(start, -level)

    def first_close_below(self, start: Rows, level: Floats, within: int = 0) -> Rows:
        return self._below.first_close(start, -level, within)

    def first_high_at(self, start: Rows, level: Floats) -> Rows:
        """The first high at or above the level."""
        return self._above.first_high(start, level, or_at=True)

    def first_low_at(self, start: Rows, level: Floats, within: int = 0) -> Rows:
        """The first low at or below the level."""
        return self._below.first_high(start, -level, within, or_at=True)

    # --- whether something has not happened after a row yet ---

    def no_close_above(self, known: Rows, level: Floats) -> Flags:
        return self._above.close_after[known] <= level

    def no_close_below(self, known: Rows, level: Floats) -> Flags:
        return self._below.close_after[known] <= -level

    def no_high_above(self, known: Rows, level: Floats) -> Flags:
        return self._above.high_after[known] <= level

    def not_reached(self, known: Rows, level: Floats) -> Flags:
        """No later high has come up to the level."""
        return self._above.high_after[known] < level

    def not_filled(self, known: Rows, level: Floats) -> Flags:
        """No later low has come down to the level."""
        return self._below.high_after[known] < -level


class Ground:
    """Both sides of one table of bars; raises DataError on the first price that is not a finite number."""

    def __init__(self, bars: Bars) -> None:
        _require_finite(bars, ("open", "high", "low", "close"))
        # Columns only: a reference to the bars would keep the cache from ever letting go of them.
        self.opened, self.closed, self.timeframe = bars.opened, bars.closed, bars.timeframe
        self.count = len(bars)
        self.ranges = passes.average_ranges(bars.high, bars.low, bars.close, PERIOD)
        above, below = _Half(bars.high, bars.close), _Half(-bars.low, -bars.close)
        self._trend = _Trend(above, below, bars.low)
        self.up = Side(1, bars.open, bars.low, above, below, self._trend, self.ranges)
        self.down = Side(-1, -bars.open, -bars.high, below, above, self._trend, self.ranges)
        self._means: dict[int, Floats] = {}
        self._trends: dict[int, Codes] = {}
        self.kept: dict[object, Any] = {}
        """What modules beside this one compute once for these bars, by their own keys."""

    def trend(self, n: int) -> Codes:
        """Where the newest break of a swing of `n` points at each row: 1 up, -1 down, 0 before the first."""
        if n not in self._trends:
            rows, _, signs, _ = self._trend.broken(n)
            self._trends[n] = carried(rows, signs, self.count, 0)
        return self._trends[n]

    def mean(self, width: int) -> Floats:
        """Mean of the last `width` closes at each row; NaN in the first rows."""
        if width not in self._means:
            self._means[width] = passes.means_of(self.up.close, width)
        return self._means[width]


_GROUNDS: WeakKeyDictionary[Bars, Ground] = WeakKeyDictionary()


def ground(bars: Bars) -> Ground:
    """What is known of these bars; the same object for the same bars, as long as they live."""
    found = _GROUNDS.get(bars)
    if found is None:
        found = _GROUNDS[bars] = Ground(bars)
    return found


def volumes(bars: Bars) -> Floats:
    """The volume column; raises DataError on the first one that is not a finite number."""
    _require_finite(bars, ("volume",))
    return bars.volume


def average_true_range(bars: Bars) -> Floats:
    """Wilder's average true range at each bar, in price, shape (n,), from the first bar on.

    The first PERIOD values are plain means of the ranges so far (the first range is high - low); afterwards
    atr = (13 atr + range) / 14. Value t depends on bars up to t only, to the last bit.
    """
    return ground(bars).ranges


def _highest_at(values: Floats, row: Rows, width: int) -> Floats:
    highest = values[row]
    for back in range(1, width):
        np.maximum(highest, values[np.maximum(row - back, 0)], out=highest)
    return highest


def carried(known: Rows, values: NDArray[Value], count: int, before: float) -> NDArray[Value]:
    """At each of `count` rows the value of the newest `known` row (rising) up to it, and `before` before any."""
    inside = known < count
    edges = np.concatenate(([0], known[inside], [count]))
    column = np.concatenate((np.array([before], dtype=values.dtype), values[inside]))
    return np.repeat(column, np.diff(edges))


def _require_finite(bars: Bars, columns: tuple[str, ...]) -> None:
    for name in columns:
        finite = np.isfinite(getattr(bars, name))
        if not finite.all():
            row = int(np.argmin(finite))
            what = "number" if name == "volume" else "price"
            raise DataError(
                f"{bars.symbol} {bars.timeframe} row {row}: {name} must be a finite {what}, "
                f"was {float(getattr(bars, name)[row])!r}"
            )
