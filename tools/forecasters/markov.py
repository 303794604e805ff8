"""Bear, sideways and bull bars, and how one follows another: the mean and the spread of each, in turn.

A bar is bull where its log return is above half the root mean square of all, bear below minus that, else sideways. With
the transition matrix P of these labels and the last one, the chance of each label h bars ahead is a row of P^h; a bar's
mean and variance are those of that mixture, and bars add up as if independent. A label that was never left is followed
by all labels as often as they came. A baseline: see docs/encoders.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from execution_core import markov
from fks_agents.bars import Floats
from fks_agents.deps import Forecaster
from tools.forecasters._lognormal import log_returns, quantiles, steps

LEAST = 21


def forecast(closes: Sequence[float], horizon: int, levels: Sequence[float], /) -> Floats:
    returns = log_returns(closes, LEAST)
    means, variances = np.zeros((2, len(steps(horizon))))
    labels = markov.labels(returns, markov.threshold(returns))
    matrix = markov.fit(labels).probabilities
    came = np.bincount(labels, minlength=3)
    matrix[np.isnan(matrix).any(axis=1)] = came / came.sum()
    # A label that never came has no mean; its chance is 0.
    first, second = (np.bincount(labels, returns**power, 3) / np.maximum(came, 1) for power in (1, 2))
    chances = np.eye(3)[int(labels[-1])]
    for step in range(horizon):
        chances = chances @ matrix
        means[step] = chances @ first
        variances[step] = max(float(chances @ second) - means[step] ** 2, 0.0)
    return quantiles(closes[-1], np.cumsum(means), np.sqrt(np.cumsum(variances)), levels)


_: Forecaster = forecast
