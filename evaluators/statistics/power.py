"""How often a test finds an edge that is there, and one that is not: measured, not assumed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from evaluators.statistics._arrays import Floats, at_least, between
from evaluators.statistics.nulls import sign_flip
from execution_core.intervals import wilson


class Power(NamedTuple):
    edge: float
    """Mean of a trade in its standard deviations; 0 is none, and the share found is then the size of the test."""
    found: float
    """Share of worlds in which the test rejected."""
    low: float
    high: float
    """95 % Wilson interval of that share."""


def power(
    test: Callable[[Floats, int], float],
    edges: Sequence[float],
    *,
    trades: int,
    worlds: int,
    seed: int,
    level: float = 0.05,
    draw: Callable[[np.random.Generator, int], Floats] = np.random.Generator.standard_normal,
) -> tuple[Power, ...]:
    """Share of simulated worlds in which `test` (returns and a seed in, p-value out) rejects at `level`, by edge.

    `draw` gives returns of mean 0 and deviation 1. A world's returns are the same for every edge but for their mean.
    """
    at_least(trades, 2, "trades")
    at_least(worlds, 1, "worlds")
    between(level, 0.0, 1.0, "level")
    measured = []
    for edge in edges:
        found = sum(
            test(draw(np.random.default_rng([seed, world]), trades) + edge, seed + world) <= level
            for world in range(worlds)
        )
        measured.append(Power(edge, found / worlds, *wilson(found / worlds, worlds)))
    return tuple(measured)


def detectable(trades: int, level: float = 0.05, wanted: float = 0.8) -> float:
    """The edge, in standard deviations of a trade, that a one-sided test at `level` finds with chance `wanted`.

    (z(1 - level) + z(wanted)) / sqrt(trades), for independent trades of a common deviation.
    """
    at_least(trades, 1, "trades")
    between(level, 0.0, 1.0, "level")
    between(wanted, 0.0, 1.0, "wanted")
    normal = NormalDist()
    return (normal.inv_cdf(1.0 - level) + normal.inv_cdf(wanted)) / sqrt(trades)


STATED, WORLDS, MOST = 0.2, 200, 1000


@cache
def measured(trades: int, level: float = 0.05, edge: float = STATED) -> Power:
    """Share of 200 simulated worlds in which random signs find that edge, in deviations of a trade, at that level.

    Of more than 1,000 trades 1,000 are simulated: it is then at least that. A level below 1 % is taken as 1 %.
    """
    draws = 199

    def test(returns: Floats, seed: int) -> float:
        return sign_flip(returns, seed=seed, draws=draws).p

    count = min(max(trades, 2), MOST)
    return power(test, (edge,), trades=count, worlds=WORLDS, seed=20240101, level=max(level, 0.01))[0]
