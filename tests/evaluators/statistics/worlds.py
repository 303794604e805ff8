"""Random walks to trade on, with an edge planted or none."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluators.statistics import Placed

HELD, SIGMA = 4, 0.01


class World(NamedTuple):
    returns: NDArray[np.float64]
    """Of trades, without costs."""
    placed: Placed


def world(seed: int, edge: float = 0.0, trades: int = 500) -> World:
    """Trades of 4 bars on both sides of a fair game, decided by the bars before; `edge` is the mean of a trade in its
    standard deviations, planted in the bars it is held."""
    random = np.random.default_rng(seed)
    moves = random.normal(0.0, SIGMA, 8 * trades + 10)
    entered = 5 + np.cumsum(random.integers(HELD, 8, trades))
    side = np.ones(trades, dtype=np.int8)
    for number, row in enumerate(entered):
        # A rule that looks back: follow the last two bars.
        side[number] = 1 if moves[row - 1] + moves[row] > 0.0 else -1
        moves[row + 1 : row + HELD + 1] += side[number] * edge * SIGMA / np.sqrt(HELD)
    prices = np.asarray(100.0 * np.cumprod(1.0 + moves), dtype=np.float64)
    left = entered + HELD
    return World(side * (prices[left] / prices[entered] - 1.0), Placed(prices, entered, left, side))
