"""The theta method on the log price, its form chosen by squared error, by the optional `statsforecast` package.

Forms tried: standard or optimised theta, static or dynamic (Fiorucci et al., International Journal of Forecasting 32,
2016). Theta is simple exponential smoothing with drift, so the log price h bars ahead has variance s² (1 + (h - 1) a²)
with smoothing parameter a and residual deviation s (Hyndman & Billah, International Journal of Forecasting 19, 2003).
The package's own intervals are 200 random draws; these are exact.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fks_agents.bars import Floats
from fks_agents.deps import Forecaster
from tools.forecasters._lognormal import quantiles, steps
from tools.forecasters._statsforecast import log_prices, models

SETTLING = 3
"""Residuals at the start that only show the starting state."""


def forecast(closes: Sequence[float], horizon: int, levels: Sequence[float], /) -> Floats:
    logs = log_prices(closes)
    ahead = steps(horizon)
    fitted = models().AutoTheta(season_length=1).fit(logs)
    means = np.asarray(fitted.predict(horizon)["mean"], dtype=np.float64)
    smoothing = float(fitted.model_["par"]["alpha"])
    deviation = float(np.std(fitted.model_["residuals"][SETTLING:], ddof=1))
    return quantiles(closes[-1], means, deviation * np.sqrt(1 + (ahead - 1) * smoothing**2), levels)


_: Forecaster = forecast
