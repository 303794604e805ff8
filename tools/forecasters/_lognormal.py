"""Prices whose logarithm is taken to be normal: returns in, quantiles out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import NormalDist

import numpy as np

from fks_agents.bars import Floats
from fks_agents.errors import DataError, UsageError


def log_returns(closes: Sequence[float], least: int) -> Floats:
    """Log returns, shape (len(closes) - 1,); raises DataError for fewer than `least` closes or one not above zero."""
    prices = np.asarray(closes, dtype=np.float64)
    if len(prices) < least:
        raise DataError(f"expected at least {least} closes, was {len(prices)}")
    wrong = np.flatnonzero(~(np.isfinite(prices) & (prices > 0)))
    if wrong.size:
        row = int(wrong[0])
        raise DataError(f"row {row}: close must be a finite price above zero, was {float(prices[row])!r}")
    returns: Floats = np.diff(np.log(prices))
    return returns


def steps(horizon: int) -> Floats:
    """1.0, 2.0, ... horizon; raises UsageError where the horizon is not positive."""
    if horizon < 1:
        raise UsageError(f"horizon must be at least 1 bar, was {horizon!r}")
    return np.arange(1.0, horizon + 1.0)


def quantiles(last: float, means: Floats, deviations: Floats, levels: Sequence[float]) -> Floats:
    """last x exp(mean + z(level) x deviation), shape (steps, levels).

    `means` and `deviations` are of the log price against the last one, shape (steps,). Raises UsageError where levels
    do not rise strictly inside (0, 1).
    """
    ladder = [0.0, *levels, 1.0]
    if len(levels) == 0 or any(not low < high for low, high in pairwise(ladder)):
        raise UsageError(f"levels must rise strictly between 0 and 1, was {list(levels)}")
    normal = NormalDist()
    scores = np.array([normal.inv_cdf(level) for level in levels])
    with np.errstate(over="ignore"):  # what overflows is refused by name, not warned about
        path: Floats = last * np.exp(means[:, None] + deviations[:, None] * scores)
    return path
