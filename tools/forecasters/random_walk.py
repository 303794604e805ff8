"""The naive forecast: the price stays where it is, give or take what it usually moves.

Log returns are taken as independent with mean zero and variance s² = mean(r²) over all closes given; the close h bars
ahead is lognormal around the last close with deviation s√h (Hyndman & Athanasopoulos, Forecasting: Principles and
Practice, 3rd ed., 5.5, naive method, on logs). Every other forecaster is measured against this one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fks_agents.bars import Floats
from fks_agents.deps import Forecaster
from tools.forecasters._lognormal import log_returns, quantiles, steps

LEAST = 21
"""Fewest closes: twenty returns, below which a deviation is mostly chance."""


def forecast(closes: Sequence[float], horizon: int, levels: Sequence[float], /) -> Floats:
    returns = log_returns(closes, LEAST)
    ahead = steps(horizon)
    deviation = np.sqrt(np.mean(returns**2))
    return quantiles(closes[-1], np.zeros(horizon), deviation * np.sqrt(ahead), levels)


_: Forecaster = forecast
