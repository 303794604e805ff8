"""What followed the last moves before: ASMBTR's odds of a rise, carried on from state to state.

States are the last 3 moves; a share of rises p is that of all visits of a state, one half below 20 of them. A bar is
expected to move by a (2 p - 1), a = mean |r|, with variance mean(r^2) - that squared; the chance of each state h bars
ahead follows from p, and a bar does not move with the share of those that did not. A baseline: see docs/encoders.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from execution_core.asmbtr import Asmbtr
from fks_agents.bars import Floats
from fks_agents.deps import Forecaster
from tools.forecasters._lognormal import log_returns, quantiles, steps

DEPTH, SEEN = 3, 20
LEAST = 21


def forecast(closes: Sequence[float], horizon: int, levels: Sequence[float], /) -> Floats:
    returns = log_returns(closes, LEAST)
    ahead = np.zeros(len(steps(horizon)))
    model = Asmbtr(DEPTH, least=SEEN)
    model.learn("", np.array(closes, dtype=np.float64))
    table = model.table("")
    rises = np.where(np.isnan(table), 0.5, table)
    state = model.state("")
    count = len(rises)
    chances = np.full(count, 1.0 / count) if state is None else np.eye(count)[state]
    moved, size = float(np.mean(returns != 0.0)), float(np.mean(np.abs(returns)))
    after_fall = 2 * np.arange(count) % count
    for step in range(horizon):
        ahead[step] = size * (2.0 * float(chances @ rises) - 1.0)
        then = np.bincount(after_fall, chances * (1.0 - rises), count)
        then += np.bincount(after_fall + 1, chances * rises, count)
        chances = (1.0 - moved) * chances + moved * then
    variance = np.maximum(np.mean(returns**2) - ahead**2, 0.0)
    return quantiles(closes[-1], np.cumsum(ahead), np.sqrt(np.cumsum(variance)), levels)


_: Forecaster = forecast
