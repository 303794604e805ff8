"""Exponential smoothing of the log price, its form chosen by AICc, by the optional `statsforecast` package.

Forms tried: additive error; no, additive or damped trend; no season (Hyndman, Koehler, Ord & Snyder, Forecasting with
Exponential Smoothing, 2008). Their forecasts are normal in the log price, with the deviations of the book's table 6.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from fks_agents.bars import Floats
from fks_agents.deps import Forecaster
from tools.forecasters._lognormal import quantiles, steps
from tools.forecasters._statsforecast import log_prices, models

ASKED = 80
"""Central interval, in percent, that the deviations are read off."""


def forecast(closes: Sequence[float], horizon: int, levels: Sequence[float], /) -> Floats:
    logs = log_prices(closes)
    steps(horizon)
    answer = models().AutoETS(season_length=1, model="AZN").forecast(logs, horizon, level=[ASKED])
    means = np.asarray(answer["mean"], dtype=np.float64)
    deviations = (answer[f"hi-{ASKED}"] - means) / NormalDist().inv_cdf(0.5 + ASKED / 200)
    return quantiles(closes[-1], means, deviations, levels)


_: Forecaster = forecast
