"""What a forecaster is worth: its pinball loss against the random walk's, on the past alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fks_agents.bars import Floats
from fks_agents.deps import Forecaster
from fks_agents.errors import DataError, UsageError
from tools.forecasters._lognormal import log_returns, steps
from tools.forecasters.random_walk import forecast as random_walk

FOLDS = 40
"""Most origins one score is taken from."""

LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Quantile levels that are scored."""

FEWEST = 8
"""Origins below which no score is given."""


def score(
    closes: Sequence[float],
    forecaster: Forecaster,
    horizon: int,
    *,
    folds: int = FOLDS,
    levels: Sequence[float] = LEVELS,
) -> float | None:
    """1 - loss / loss of the random walk; 1 is perfect, 0 no better than the random walk, below 0 worse.

    Rolling origin: `folds` stretches of `horizon` closes each, side by side, ending with the newest close. Each is
    forecast from the closes before it and from nothing else. The loss is the pinball loss, as a fraction of the last
    close known, averaged over stretches, steps and levels.

    None where fewer than 8 stretches have enough past (what a forecaster calls too few it says by DataError), or the
    random walk made no error at all. Raises DataError for a close that is not a price, UsageError for less than 8 folds
    or 1 bar of horizon, and what else the forecaster raises.
    """
    if folds < FEWEST:
        raise UsageError(f"folds must be at least {FEWEST}, was {folds!r}")
    prices = np.array(closes, dtype=np.float64)
    if not len(prices):
        return None
    log_returns(closes, 1)  # says which close is no price
    steps(horizon)
    loss = naive_loss = 0.0
    scored = 0
    # The newest origin first: the past only gets shorter, so the first origin with too little of it ends the search.
    for origin in range(len(prices) - horizon, 0, -horizon)[:folds]:
        past = tuple(prices[:origin].tolist())  # a copy: an array slice would carry the future along as its base
        actual = prices[origin : origin + horizon]
        try:
            naive, path = random_walk(past, horizon, levels), forecaster(past, horizon, levels)
        except DataError:
            break
        naive_loss += pinball(naive, actual, levels) / past[-1]
        loss += pinball(path, actual, levels) / past[-1]
        scored += 1
    if scored < FEWEST or naive_loss == 0:
        return None
    return float(1 - loss / naive_loss)


def pinball(path: Floats, actual: Floats, levels: Sequence[float]) -> float:
    """Mean over steps and levels of max(q d, (q - 1) d), d = actual - quantile; in price (Koenker & Bassett, 1978).

    `path` has shape (steps, levels), `actual` (steps,).
    """
    above = actual[:, None] - path
    asked = np.asarray(levels, dtype=np.float64)
    return float(np.mean(np.maximum(asked * above, (asked - 1) * above)))
