"""The shape of closes and returns. Left out where the values in question are all equal."""

from __future__ import annotations

from math import nan

import numpy as np

from fks_agents.bars import Bars, Floats
from tools.indicators._arithmetic import at, deviation, is_flat, log_returns, ratio, slope, window, z_score
from tools.indicators._columns import Column, Columns, deviations, log_steps, means, ratios, rolled
from tools.indicators._definition import Facts, Values

HURST_LAGS = np.arange(2, 21)

FACTS: Facts = (
    ("z_20", "sigma", "Close less the mean of the last 20 closes, in their sample standard deviations"),
    ("z_50", "sigma", "The same over 50 closes"),
    ("z_250", "sigma", "The same over 250 closes"),
    ("return_z_60", "sigma", "Last log return less the mean of the 60 before it, in their sample standard deviations"),
    ("skewness_250", "ratio", "Third standardised moment of 250 log returns; 0 is symmetric"),
    ("kurtosis_250", "ratio", "Fourth standardised moment of 250 log returns less 3; 0 is normal"),
    ("autocorrelation_1", "ratio", "Of 250 log returns at lag 1, -1 to 1"),
    ("autocorrelation_5", "ratio", "Of 250 log returns at lag 5, -1 to 1"),
    ("volatility_clustering", "ratio", "Autocorrelation of 250 absolute log returns at lag 1, -1 to 1"),
    ("variance_ratio_5", "ratio", "Variance of 5-bar log returns / (5 x of 1-bar), 250 overlapping; random walk 1"),
    (
        "hurst_250", "ratio",
        "Slope of log deviation of k-bar log price changes on log k, k = 2..20, 250 closes; random walk 0.31 to 0.61",
    ),
)  # fmt: skip


def measure(bars: Bars) -> Values:
    moves = log_returns(window(bars.close, 251))
    standard = (moves - np.mean(moves)) / (np.std(moves) if not is_flat(moves) else nan)
    recent = log_returns(window(bars.close, 62))
    values: Values = {f"z_{span}": z_score(at(bars.close), window(bars.close, span)) for span in (20, 50, 250)}
    return values | {
        "return_z_60": z_score(at(recent), recent[:-1]),
        "skewness_250": float(np.mean(standard**3)),
        "kurtosis_250": float(np.mean(standard**4)) - 3.0,
        "autocorrelation_1": autocorrelation(moves, 1),
        "autocorrelation_5": autocorrelation(moves, 5),
        "volatility_clustering": autocorrelation(np.abs(moves), 1),
        "variance_ratio_5": _variance_ratio(np.log(window(bars.close, 255)), 5),
        "hurst_250": hurst(np.log(window(bars.close, 250))),
    }


def autocorrelation(values: Floats, lag: int) -> float:
    """Sum of products of centred values `lag` apart / sum of their squares; NaN where all are equal."""
    if is_flat(values):
        return nan
    centred = values - np.mean(values)
    return ratio(float(np.sum(centred[lag:] * centred[:-lag])), float(np.sum(centred * centred)))


def hurst(log_prices: Floats) -> float:
    """Exponent by which the deviation of price changes grows with their length; NaN where some do not vary.

    Generalised Hurst exponent of order 2 (Barabasi and Vicsek 1991) by least squares over `HURST_LAGS`. On 250 bars of
    a simulated random walk 95 % of the estimates lie between 0.31 and 0.61 (mean 0.47): values in between say little.
    """
    spread = np.array([deviation(log_prices[lag:] - log_prices[:-lag]) for lag in HURST_LAGS])
    return slope(np.log(HURST_LAGS), np.log(spread)) if np.all(spread > 0.0) else nan


def _variance_ratio(log_prices: Floats, length: int) -> float:
    long = deviation(log_prices[length:] - log_prices[:-length])
    short = deviation(np.diff(log_prices)[length - 1 :])
    return ratio(long * long, length * short * short)


def _scores(span: int) -> Column:
    return lambda bars: ratios(bars.close - rolled(bars.close, span, means), rolled(bars.close, span, deviations))


def _return_scores(bars: Bars) -> Floats:
    past = log_steps(bars.close)
    return ratios(past - rolled(past, 60, means, before=1), rolled(past, 60, deviations, before=1))


COLUMNS: Columns = {
    **{f"z_{span}": _scores(span) for span in (20, 50, 250)},
    "return_z_60": _return_scores,
}
