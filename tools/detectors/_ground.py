"""What many detectors stand on, computed once for one table of bars: average range, swings, what later bars did.

A detector is written for its bullish form only. `Ground` gives two `Side`s of the same bars, as they are and upside
down; a bearish form is the bullish one on the second side.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from execution_core import structure
from fks_agents.bars import Bars, Floats
from fks_agents.errors import DataError
from fks_agents.events import Flags, Rows

PERIOD = 14
"""Bars of Wilder's average true range (New Concepts in Technical Trading Systems, 1978)."""


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

    def peaks(self, n: int) -> Rows:
        if n not in self._peaks:
            self._peaks[n] = structure.peaks(self.high, n)
        return self._peaks[n]

    def highest(self, width: int) -> Floats:
        if width not in self._highest:
            self._highest[width] = structure.highest_of(self.high, width)
        return self._highest[width]

    @cached_property
    def high_after(self) -> Floats:
        return structure.highest_after(self.high)

    @cached_property
    def close_after(self) -> Floats:
        return structure.highest_after(self.close)


class Side:
    """Bars seen upright (`sign` 1) or upside down (-1): negated, with high and low exchanged.

    `level` and `start` arguments are columns of one length, `start` rising; "no row" is the number of bars. Every
    column named `..._after` in the halves looks ahead: it serves `is_open` alone.
    """

    def __init__(self, sign: int, opens: Floats, above: _Half, below: _Half, ranges: Floats) -> None:
        self.sign, self.open, self.ranges = sign, opens, ranges
        self.high, self.close = above.high, above.close
        self._above, self._below = above, below
        self._breaks: dict[int, Breaks] = {}

    @cached_property
    def low(self) -> Floats:
        return -self._below.high

    @cached_property
    def rose(self) -> Flags:
        """Where a bar closed above its open."""
        return self.close > self.open

    @cached_property
    def fell(self) -> Flags:
        return self.close < self.open

    @cached_property
    def body(self) -> Floats:
        return self.close - self.open

    @cached_property
    def last_fallen(self) -> Rows:
        """At each row the newest bar up to it that closed below its open, -1 where there is none."""
        return _newest(np.flatnonzero(self.fell), len(self.close))

    # --- swings ---

    def swing_highs(self, n: int) -> Swings:
        formed = self._above.peaks(n)
        return Swings(formed, formed + n, self.high[formed])

    def swing_lows(self, n: int) -> Swings:
        formed = self._below.peaks(n)
        return Swings(formed, formed + n, self.low[formed])

    def breaks(self, n: int) -> Breaks:
        if n not in self._breaks:
            tops, bottoms = self._above.peaks(n), self._below.peaks(n)
            rows, formed, signs, turned = structure.breaks(self.close, self.high, self.low, tops, bottoms, n)
            up = signs > 0
            self._breaks[n] = Breaks(rows[up], formed[up], self.high[formed[up]], turned[up])
        return self._breaks[n]

    # --- rolling extremes, the row's own bar included ---

    def highest(self, width: int) -> Floats:
        return self._above.highest(width)

    def lowest(self, width: int) -> Floats:
        return -self._below.highest(width)

    # --- the first row after `start` at which something happens ---

    def first_high_above(self, start: Rows, level: Floats) -> Rows:
        return structure.first_above(self._above.high, start, level, or_at=False)

    def first_close_above(self, start: Rows, level: Floats) -> Rows:
        return structure.first_above(self._above.close, start, level, or_at=False)

    def first_low_below(self, start: Rows, level: Floats) -> Rows:
        return structure.first_above(self._below.high, start, -level, or_at=False)

    def first_low_at(self, start: Rows, level: Floats) -> Rows:
        """The first low at or below the level."""
        return structure.first_above(self._below.high, start, -level, or_at=True)

    def first_close_below(self, start: Rows, level: Floats) -> Rows:
        return structure.first_above(self._below.close, start, -level, or_at=False)

    # --- whether something has not happened after a row yet ---

    def no_close_above(self, known: Rows, level: Floats) -> Flags:
        return self._above.close_after[known] <= level

    def no_close_below(self, known: Rows, level: Floats) -> Flags:
        return self._below.close_after[known] <= -level

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
        self.ranges = structure.average_ranges(bars.high, bars.low, bars.close, PERIOD)
        above, below = _Half(bars.high, bars.close), _Half(-bars.low, -bars.close)
        self.up = Side(1, bars.open, above, below, self.ranges)
        self.down = Side(-1, -bars.open, below, above, self.ranges)
        self._means: dict[int, Floats] = {}

    def mean(self, width: int) -> Floats:
        """Mean of the last `width` closes at each row; NaN in the first rows."""
        if width not in self._means:
            self._means[width] = mean_of_last(self.up.close, width)
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


def in_ranges(sizes: Floats, ranges: Floats) -> Floats:
    """`sizes` as multiples of `ranges`, elementwise; 0 where nothing has moved yet and the range is 0."""
    return np.divide(sizes, ranges, out=np.zeros_like(sizes), where=ranges > 0)


def mean_of_last(values: Floats, width: int) -> Floats:
    """Mean of the last `width` values at each row, shape (n,); NaN in the first `width` - 1."""
    means = np.full(len(values), np.nan)
    sums = np.cumsum(values)
    if len(values) >= width:
        means[width - 1] = sums[width - 1]
        np.subtract(sums[width:], sums[:-width], out=means[width:])
        means /= width
    return means


def newest(known: Rows, count: int) -> Rows:
    """At each of `count` rows the index into `known` (rising, distinct) of the newest one up to it; -1 before any."""
    edges = np.concatenate(([0], known[known < count], [count]))
    return np.repeat(np.arange(-1, len(edges) - 2), np.diff(edges))


def _newest(rows: Rows, count: int) -> Rows:
    return np.concatenate((rows, [-1]))[newest(rows, count)]


def _require_finite(bars: Bars, columns: tuple[str, ...]) -> None:
    for name in columns:
        wrong = np.flatnonzero(~np.isfinite(getattr(bars, name)))
        if wrong.size:
            row = int(wrong[0])
            what = "number" if name == "volume" else "price"
            raise DataError(
                f"{bars.symbol} {bars.timeframe} row {row}: {name} must be a finite {what}, "
                f"was {float(getattr(bars, name)[row])!r}"
            )
