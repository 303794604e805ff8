"""Nothing unusable leaves a forecaster, whoever wrote it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fks_agents.bars import Floats
from fks_agents.deps import Forecaster
from fks_agents.errors import ModelError


def checked(name: str, forecast: Forecaster) -> Forecaster:
    """The same forecaster; raises ModelError where its answer is not rising, positive quantiles of the right shape."""

    def forecast_checked(closes: Sequence[float], horizon: int, levels: Sequence[float], /) -> Floats:
        path = forecast(closes, horizon, levels)
        expected = (horizon, len(levels))
        if path.shape != expected:
            raise ModelError(f"{name}: expected quantiles of shape {expected}, was {path.shape}")
        if not np.all(np.isfinite(path) & (path > 0)):
            raise ModelError(f"{name}: expected finite prices above zero, was between {path.min()} and {path.max()}")
        if np.any(np.diff(path, axis=1) < 0):
            step = int(np.flatnonzero(np.any(np.diff(path, axis=1) < 0, axis=1))[0]) + 1
            raise ModelError(f"{name}: expected quantiles rising along levels, was {path[step - 1]} at step {step}")
        return path

    return forecast_checked
