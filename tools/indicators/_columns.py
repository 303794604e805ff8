"""The arithmetic of whole columns: one value for each bar, from it and those before it; NaN where there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fks_agents.bars import Bars, Floats
from fks_agents.events import Codes
from tools.indicators._arithmetic import DAY, FLAT, SATURDAY, bars_per_year

Column = Callable[[Bars], Floats]
"""From bars to one value for each of them; `column(bars)[t]` is what `measure` says of `bars[: t + 1]`."""
Columns = Mapping[str, Column]
Labels = Mapping[str, tuple[tuple[str, ...], Callable[[Bars], Codes]]]
"""Of each fact that is a word: the words there are, and which of them it is on each bar; -1 where it is none."""

_AT_ONCE = 1 << 18
"""Values of windows held in memory at once."""


def of(name: str) -> Column:
    """The bars' own column of that name."""
    return lambda bars: np.asarray(getattr(bars, name))


RANGE = ("high", "low", "close")


def indicator(name: str, columns: tuple[str, ...], *arguments: float, part: int | None = None) -> Column:
    """TA-Lib's function of these columns of bars; `part` chooses one of several it gives."""

    def column(bars: Bars) -> Floats:
        import talib

        found = getattr(talib, name)(*(getattr(bars, each) for each in columns), *arguments)
        return np.asarray(found if part is None else found[part])

    return column


def lagged(column: Floats, bars: int) -> Floats:
    """The value so many bars earlier."""
    moved = np.full(len(column), nan)
    moved[bars:] = column[:-bars]
    return moved


def rolled(column: NDArray[Any], length: int, function: Callable[[Floats], Floats], *, before: int = 0) -> Floats:
    """`function`, from windows of shape (k, length) to (k,), on the values that end `before` bars ahead of each bar."""
    result = np.full(len(column), nan)
    first = length - 1 + before
    if len(column) > first:
        windows = np.lib.stride_tricks.sliding_window_view(np.asarray(column, dtype=np.float64), length)
        size = max(1, _AT_ONCE // length)
        for start in range(0, len(column) - first, size):
            chosen = windows[start : min(start + size, len(column) - first)]
            result[first + start : first + start + len(chosen)] = function(chosen)
    return result


def means(windows: Floats) -> Floats:
    return np.asarray(np.mean(windows, axis=1))


def sums(windows: Floats) -> Floats:
    return np.asarray(np.sum(windows, axis=1))


def highest(windows: Floats) -> Floats:
    return np.asarray(np.max(windows, axis=1))


def lowest(windows: Floats) -> Floats:
    return np.asarray(np.min(windows, axis=1))


def deviations(windows: Floats) -> Floats:
    """Sample deviations; exactly 0 where all values of a window are equal up to rounding."""
    spread = np.std(windows, axis=1, ddof=1)
    spread[np.ptp(windows, axis=1) <= FLAT * np.max(np.abs(windows), axis=1)] = 0.0
    return np.asarray(spread)


def ratios(numerators: Floats, denominators: Floats) -> Floats:
    where = (denominators != 0.0) & np.isfinite(denominators)
    return np.asarray(np.divide(numerators, denominators, out=np.full(len(numerators), nan), where=where))


def changes(new: Floats, old: Floats) -> Floats:
    """Percent by which each new value differs from the old one; exactly 0 where equal up to rounding."""
    equal = np.abs(new - old) <= FLAT * np.abs(old)
    return np.asarray(np.where(equal, 0.0, 100.0 * (ratios(new, old) - 1.0)))


def steps(column: Floats) -> Floats:
    """Against the value one bar earlier, as a fraction."""
    return ratios(column, lagged(column, 1)) - 1.0


def log_steps(column: Floats) -> Floats:
    moves: Floats = np.log(column) - np.log(lagged(column, 1))
    return moves


def spread_at_all(bars: Bars, length: int) -> NDArray[np.bool_]:
    """Whether the highs and lows of the last `length` bars span more than one price; True before there are so many."""
    top, bottom = rolled(bars.high, length, highest), rolled(bars.low, length, lowest)
    return np.asarray(~(top - bottom <= FLAT * top))


def annual(bars: Bars) -> Floats:
    """Bars in a year, as known at each bar: 365 daily ones from the first bar on that opened on a Saturday."""
    if bars.timeframe != "1d":
        return np.full(len(bars), bars_per_year(bars))
    seen = np.logical_or.accumulate(bars.opened // DAY % 7 == SATURDAY)
    return np.asarray(np.where(seen, 365.0, 252.0))
