"""The random walk with the volatility of late: RiskMetrics' exponentially weighted moving average.

The variance of one bar is the mean of squared log returns with weight 0.94^k for the return k bars back, the weights
summing to one; h bars have h times that variance, and there is no drift (J. P. Morgan/Reuters, RiskMetrics Technical
Document, 4th ed., 1996, 5.2).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fks_agents.bars import Floats
from fks_agents.deps import Forecaster
from fks_agents.errors import UsageError
from tools.forecasters._lognormal import log_returns, quantiles, steps

LEAST = 21


def weighted(decay: float = 0.94) -> Forecaster:
    """Forecaster whose weights fall by the factor `decay`, in (0, 1), each bar; raises UsageError outside."""
    if not 0 < decay < 1:
        raise UsageError(f"decay must lie between 0 and 1, was {decay!r}")

    def forecast(closes: Sequence[float], horizon: int, levels: Sequence[float], /) -> Floats:
        returns = log_returns(closes, LEAST)
        ahead = steps(horizon)
        weights = decay ** np.arange(len(returns) - 1, -1, -1)
        variance = np.sum(weights * returns**2) / np.sum(weights)
        return quantiles(closes[-1], np.zeros(horizon), np.sqrt(variance * ahead), levels)

    return forecast


forecast = weighted()

_: Forecaster = forecast
