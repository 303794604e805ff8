"""The random walk with clustered volatility: GARCH(1,1), fitted by maximum likelihood with the `arch` package.

r_t = e_t, e_t ~ N(0, v_t), v_t = w + a e²_(t-1) + b v_(t-1) (Bollerslev, Journal of Econometrics 31, 1986). The log
price h bars ahead has the sum of the h variances forecast; its distribution is taken as normal, which for h > 1 it is
only nearly.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fks_agents.bars import Floats
from fks_agents.deps import Forecaster
from fks_agents.errors import ModelError
from tools.forecasters._lognormal import log_returns, quantiles, steps

LEAST = 101
"""Fewest closes: a hundred returns for three parameters."""

DIGITS = 8
"""Decimals of a standardised return that enter the fit, so that rounding in the last bit cannot steer the optimiser."""


def garch(iterations: int = 200) -> Forecaster:
    """Forecaster that fits in at most `iterations` steps of the optimiser; not converged is a ModelError."""

    def forecast(closes: Sequence[float], horizon: int, levels: Sequence[float], /) -> Floats:
        returns = log_returns(closes, LEAST)
        steps(horizon)
        scale = float(np.sqrt(np.mean(returns**2)))
        if scale == 0:
            raise ModelError("GARCH(1,1) cannot be fitted to a price that never moved")
        variances = _variances(np.round(returns / scale, DIGITS), horizon, iterations)
        return quantiles(closes[-1], np.zeros(horizon), scale * np.sqrt(np.cumsum(variances)), levels)

    return forecast


def _variances(returns: Floats, horizon: int, iterations: int) -> Floats:
    from arch import arch_model

    # Trial parameters may overflow on the way to good ones.
    with np.errstate(all="ignore"):
        model = arch_model(returns, mean="Zero", vol="GARCH", p=1, q=1, dist="normal", rescale=False)
        fit = model.fit(disp="off", show_warning=False, options={"maxiter": iterations})
        if fit.convergence_flag != 0:
            raise ModelError(
                f"GARCH(1,1) did not converge on {len(returns)} returns: {fit.optimization_result.message}"
            )
        variances: Floats = fit.forecast(horizon=horizon, reindex=False).variance.to_numpy()[-1]
    return variances


forecast = garch()

_: Forecaster = forecast
