"""Performance ratios of one path. Returns are simple, one for each bar, as fractions; equity has one value more.

Each raises UndefinedError with the reason where it has no value; none gives 0 or infinity in its stead. Annualised ones
take `per_year`, the bars in a year. Checked values are expected: `metrics.measure` checks them.
"""

from __future__ import annotations

from math import expm1, log, sqrt
from typing import NamedTuple

import numpy as np

from evaluators.statistics._arrays import FLAT, Floats, UndefinedError, deviation

_LARGEST = 700.0
"""Its exponential is about as large as a float can be."""


class Drawdown(NamedTuple):
    depth: float
    """Deepest fall below the running maximum, as a fraction of it; 0 where it never fell."""
    bars: int
    """Bars from that maximum until equity was back there, or to the end."""
    is_recovered: bool
    longest: int
    """Bars of the longest stretch below a running maximum, which need not be the deepest."""


def growth(returns: Floats) -> Floats:
    """Equity that starts at 1; shape (n + 1,)."""
    return np.concatenate([np.ones(1), np.cumprod(1.0 + returns)])


def total_return(equity: Floats) -> float:
    """Fraction gained from first to last."""
    return float(equity[-1] / equity[0] - 1.0)


def cagr(equity: Floats, per_year: float) -> float:
    """Compound annual growth rate, as a fraction: (last / first)^(years^-1) - 1."""
    if len(equity) < 2:
        raise UndefinedError("no bar has passed")
    logarithm = log(equity[-1] / equity[0]) * per_year / (len(equity) - 1)
    if logarithm > _LARGEST:
        raise UndefinedError("too short a time to annualise so large a return")
    return expm1(logarithm)


def volatility(returns: Floats, per_year: float) -> float:
    """Sample standard deviation, annualised by the square root of time, as a fraction."""
    return deviation(returns) * sqrt(per_year)


def sharpe(returns: Floats, per_year: float = 1.0) -> float:
    """Mean / sample standard deviation x sqrt(per_year) of returns in excess of the riskless (Sharpe 1994)."""
    return float(np.mean(returns)) / deviation(returns) * sqrt(per_year)


def sortino(returns: Floats, per_year: float = 1.0) -> float:
    """Mean / root mean square of the negative ones, over all bars, x sqrt(per_year) (Sortino and van der Meer 1991)."""
    downside = sqrt(float(np.mean(np.square(np.minimum(returns, 0.0)))))
    if downside == 0.0:
        raise UndefinedError("no return is negative")
    return float(np.mean(returns)) / downside * sqrt(per_year)


def drawdown(equity: Floats) -> Drawdown:
    """The deepest fall and how long it lasted, the first of equals; the first equity must be positive."""
    peak = np.maximum.accumulate(equity)
    below = 1.0 - equity / peak
    below[below <= FLAT] = 0.0
    at_peak = np.flatnonzero(below == 0.0)
    stretches = np.diff(np.append(at_peak, len(equity)))
    # A stretch of one bar goes from maximum to maximum; the last one ends at the last bar.
    lengths = np.where(stretches > 1, stretches, 0)
    if lengths[-1]:
        lengths[-1] -= 1
    bottom = int(np.argmax(below))
    if below[bottom] == 0.0:
        return Drawdown(0.0, 0, True, 0)
    stretch = int(np.searchsorted(at_peak, bottom)) - 1
    is_recovered = stretch < len(at_peak) - 1
    return Drawdown(float(below[bottom]), int(lengths[stretch]), is_recovered, int(lengths.max()))


def calmar(equity: Floats, per_year: float) -> float:
    """CAGR / deepest drawdown, over the whole path (Young 1991, who used 36 months)."""
    depth = drawdown(equity).depth
    if depth == 0.0:
        raise UndefinedError("equity never fell below an earlier value")
    return cagr(equity, per_year) / depth


def value_at_risk(returns: Floats, tail: float = 0.05) -> float:
    """Historical: minus the `tail` quantile of returns, linearly interpolated; positive is a loss, as a fraction."""
    return -float(np.quantile(returns, tail))


def expected_shortfall(returns: Floats, tail: float = 0.05) -> float:
    """Historical (CVaR): minus the mean of the returns at or below the `tail` quantile; positive is a loss."""
    worst = int((len(returns) - 1) * tail) + 1
    return -float(np.mean(np.partition(returns, worst - 1)[:worst]))


def omega(returns: Floats, beyond: float = 0.0) -> float:
    """Sum of what lies above `beyond` / sum of what lies below it (Keating and Shadwick 2002)."""
    lost = float(np.sum(np.maximum(beyond - returns, 0.0)))
    if lost == 0.0:
        raise UndefinedError("no return lies below the threshold")
    return float(np.sum(np.maximum(returns - beyond, 0.0))) / lost


def tail_ratio(returns: Floats, tail: float = 0.05) -> float:
    """The upper `tail` quantile / minus the lower one: gains against losses of the same rarity."""
    low, high = (float(value) for value in np.quantile(returns, (tail, 1.0 - tail)))
    if low >= 0.0:
        raise UndefinedError("the lower tail is no loss")
    return high / -low


def skewness(returns: Floats) -> float:
    """Third standardised moment, divided by n; 0 is symmetric."""
    deviation(returns)
    return float(np.mean(((returns - np.mean(returns)) / np.std(returns)) ** 3))


def kurtosis(returns: Floats) -> float:
    """Fourth standardised moment, divided by n, nothing subtracted: normal is 3."""
    deviation(returns)
    return float(np.mean(((returns - np.mean(returns)) / np.std(returns)) ** 4))
