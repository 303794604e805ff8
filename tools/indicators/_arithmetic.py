"""Arithmetic that says NaN, and warns of nothing, where there is no answer."""

from __future__ import annotations

from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fks_agents.bars import SECONDS, Bars, Floats

FLAT = 1e-12
"""Spread, relative to the values, below which a window is constant up to rounding."""

DAY = 86_400_000_000_000
SATURDAY = 2
"""1970-01-01, day 0, was a Thursday."""


def window(column: NDArray[Any], length: int, *, before: int = 0) -> Floats:
    """The `length` values that end `before` bars ahead of the last; all NaN where there are too few."""
    last = len(column) - before
    if last < length:
        return np.full(length, nan)
    return np.asarray(column[last - length : last], dtype=np.float64)


def at(column: NDArray[Any], before: int = 0) -> float:
    """The value `before` bars ahead of the last, or NaN."""
    return float(column[-1 - before]) if before < len(column) else nan


def ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator != 0.0 else nan


def change(new: float, old: float) -> float:
    """Percent by which `new` differs from `old`; exactly 0 where they are equal up to rounding."""
    return 0.0 if abs(new - old) <= FLAT * abs(old) else 100.0 * (ratio(new, old) - 1.0)


def is_flat(values: Floats) -> bool:
    """Whether all are equal up to rounding; False where one is NaN."""
    return bool(np.ptp(values) <= FLAT * np.max(np.abs(values)))


def deviation(values: Floats) -> float:
    """Sample standard deviation (n - 1); exactly 0 where all values are equal up to rounding."""
    return 0.0 if is_flat(values) else float(np.std(values, ddof=1))


def z_score(value: float, values: Floats) -> float:
    """Standard deviations between `value` and the mean of `values`; NaN where these are all equal."""
    return ratio(value - float(np.mean(values)), deviation(values))


def percentile_rank(value: float, values: Floats) -> float:
    """Percent of `values` below `value`, equal ones counted half; NaN where one of them is."""
    return nan if np.isnan(values).any() else 100.0 * float(np.mean((values < value) + 0.5 * (values == value)))


def slope(x: Floats, y: Floats) -> float:
    """Least-squares slope of y on x; NaN where x does not vary."""
    centred = x - np.mean(x)
    return ratio(float(np.sum(centred * (y - np.mean(y)))), float(np.sum(centred * centred)))


def returns(closes: Floats) -> Floats:
    """Simple returns as fractions; shape (n - 1,)."""
    return closes[1:] / closes[:-1] - 1.0


def log_returns(closes: Floats) -> Floats:
    return np.diff(np.log(closes))


def bars_per_year(bars: Bars) -> float:
    """How many bars make a year: weekly 52, daily 252, or 365 where a bar opens on a Saturday; below a day, 365 days
    round the clock."""
    if bars.timeframe == "1w":
        return 52.0
    if bars.timeframe == "1d":
        return 365.0 if np.any(bars.opened // DAY % 7 == SATURDAY) else 252.0
    return 365.0 * 86_400.0 / SECONDS[bars.timeframe]


ANNUALISED = "annualised by 52 weekly, 252 daily (365 where bars open on Saturdays) or 365 days of intraday bars"
