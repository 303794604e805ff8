"""The random walk with drift: the price goes on as it went on average from the first close to the last.

With n returns of mean m and sample variance s² (n - 1 in the divisor), the log price h bars ahead is normal with mean
m h and variance s² h (1 + h / n), the last factor being the doubt about m (Hyndman & Athanasopoulos, Forecasting:
Principles and Practice, 3rd ed., 5.5, drift method, on logs).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fks_agents.bars import Floats
from fks_agents.deps import Forecaster
from tools.forecasters._lognormal import log_returns, quantiles, steps

LEAST = 21


def forecast(closes: Sequence[float], horizon: int, levels: Sequence[float], /) -> Floats:
    returns = log_returns(closes, LEAST)
    ahead = steps(horizon)
    deviations = returns.std(ddof=1) * np.sqrt(ahead * (1 + ahead / len(returns)))
    return quantiles(closes[-1], returns.mean() * ahead, deviations, levels)


_: Forecaster = forecast
