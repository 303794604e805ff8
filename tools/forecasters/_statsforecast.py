"""The door to the optional `statsforecast` package, and the prices its models are fitted to."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

import numpy as np

from fks_agents.bars import Floats
from fks_agents.errors import ConfigError
from tools.forecasters._lognormal import log_returns

LEAST = 41
"""Fewest closes: forty returns, for up to four parameters and a starting state."""

DIGITS = 10
"""Decimals of a log price that enter a fit, so that rounding in the last bit cannot steer the optimiser."""


def models() -> ModuleType:
    """`statsforecast.models`; raises ConfigError naming the extra where it is not installed."""
    try:
        from statsforecast import models as found
    except ImportError as error:
        raise ConfigError(
            "this forecaster needs statsforecast, which is not installed: pip install 'fks-agents[forecast]'"
        ) from error
    module: ModuleType = found
    return module


def log_prices(closes: Sequence[float]) -> Floats:
    """Log of each close over the last one, shape (n,), the last being 0; raises DataError like `log_returns`."""
    log_returns(closes, LEAST)
    logs = np.log(np.asarray(closes, dtype=np.float64))
    relative: Floats = np.round(logs - logs[-1], DIGITS)
    return relative
