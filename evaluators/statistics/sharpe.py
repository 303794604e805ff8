"""How far a Sharpe ratio can be believed: its chance of being above a bar, and that bar raised by every trial made.

Ratios here belong to one observation (a bar, a trade); nothing is annualised. Kurtosis of the normal is 3.
"""

from __future__ import annotations

from math import e, sqrt
from statistics import NormalDist

import numpy as np

from evaluators.statistics._arrays import Floats, UndefinedError, at_least, column
from evaluators.statistics.ratios import kurtosis, sharpe, skewness
from fks_agents.errors import DataError

_EULER = 0.5772156649015329
_NORMAL = NormalDist()


def probabilistic_sharpe(returns: object, beyond: float = 0.0) -> float:
    """Probability that the true ratio is above `beyond` (Bailey and Lopez de Prado 2012).

    Normal approximation for independent returns, with their skewness and kurtosis. Raises UndefinedError where returns
    do not vary.
    """
    values = column(returns, "returns", least=2)
    return confidence_above(sharpe(values), beyond, len(values), skewness(values), kurtosis(values))


def confidence_above(ratio: float, beyond: float, count: int, skew: float, kurt: float) -> float:
    """The same from the moments of `count` returns."""
    at_least(count, 2, "count")
    spread = 1.0 - skew * ratio + (kurt - 1.0) / 4.0 * ratio * ratio
    if spread <= 0.0:
        raise UndefinedError("moments leave the ratio no variance")
    return _NORMAL.cdf((ratio - beyond) * sqrt(count - 1.0) / sqrt(spread))


def expected_best(trials: int, deviation: float) -> float:
    """The highest ratio to expect of `trials` independent ones without an edge whose ratios spread by `deviation`."""
    at_least(trials, 1, "trials")
    if trials == 1:
        return 0.0
    first, second = (_NORMAL.inv_cdf(1.0 - 1.0 / (trials * scale)) for scale in (1.0, e))
    return deviation * ((1.0 - _EULER) * first + _EULER * second)


def deflated_sharpe(returns: object, trials: int, deviation: float | None = None) -> float:
    """Probability that the true ratio is above the best to expect of so many trials (Bailey and Lopez de Prado 2014).

    `deviation` is that of the ratios of all trials made, see `spread`; None takes 1 / sqrt(n - 1), what chance alone
    gives trials of this length. Raises UndefinedError where returns do not vary.
    """
    values = column(returns, "returns", least=2)
    chance = 1.0 / sqrt(len(values) - 1.0) if deviation is None else deviation
    return probabilistic_sharpe(values, expected_best(trials, chance))


def spread(ratios: object) -> float:
    """Sample deviation of the ratios of all trials made, the failed ones included; at least two."""
    values: Floats = column(ratios, "ratios")
    if len(values) < 2:
        raise DataError(f"ratios: expected at least 2 values, was {len(values)}")
    return float(np.std(values, ddof=1))
