"""Intervals of any statistic of a series whose values depend on their neighbours: the stationary block bootstrap."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluators.statistics._arrays import FLAT, Floats, UndefinedError, at_least, between, column

DRAWS = 2000
SHORTEST = 20
"""Values below which no dependence can be estimated, and blocks are single values."""
_AT_ONCE = 2_000_000
"""Resampled values held in memory at once."""


class Estimate(NamedTuple):
    value: float | None
    low: float | None
    high: float | None
    """Percentile interval; None where the statistic is undefined on the series, or on more than 5 % of the draws."""
    confidence: float
    block: float
    """Mean length of the blocks drawn, in values."""
    reason: str | None
    """Why something is None."""


def interval(
    values: object,
    statistic: Callable[[Floats], float],
    *,
    seed: int,
    confidence: float = 0.95,
    draws: int = DRAWS,
    block: float | None = None,
) -> Estimate:
    """The statistic of a series and its percentile interval; `block` None chooses the length by `block_length`.

    The statistic may raise UndefinedError; draws where it does are left out.
    """
    series = column(values, "values")
    between(confidence, 0.0, 1.0, "confidence")
    at_least(draws, 100, "draws")
    length = block_length(series) if block is None else block
    try:
        value = statistic(series)
    except UndefinedError as reason:
        return Estimate(None, None, None, confidence, length, str(reason))
    drawn = []
    for rows in resampled(len(series), length, draws, np.random.default_rng(seed)):
        try:
            drawn.append(statistic(series[rows]))
        except UndefinedError as reason:
            last = str(reason)
    if len(drawn) < 0.95 * draws:
        return Estimate(value, None, None, confidence, length, f"{draws - len(drawn)} of {draws} draws: {last}")
    low, high = np.quantile(drawn, (0.5 - confidence / 2.0, 0.5 + confidence / 2.0))
    return Estimate(value, float(low), float(high), confidence, length, None)


def block_length(values: Floats) -> float:
    """Mean block length that suits the dependence in the series, 1 or more (Politis and White 2004, corrected 2009)."""
    if len(values) < SHORTEST or float(np.ptp(values)) <= FLAT * float(np.max(np.abs(values))):
        return 1.0
    from arch.bootstrap import optimal_block_length

    return max(1.0, float(optimal_block_length(values)["stationary"].iloc[0]))


def resampled(count: int, block: float, draws: int, random: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Rows of each of `draws` series of `count` values: blocks of geometric length with mean `block`, each from a place
    chosen at random, the series closed to a circle (Politis and Romano 1994)."""
    at_least(count, 1, "count")
    between(block, 1.0 - FLAT, np.inf, "block")
    steps = np.arange(count)
    for done in range(0, draws, size := max(1, _AT_ONCE // count)):
        number = min(size, draws - done)
        is_first = random.random((number, count)) * block < 1.0
        is_first[:, 0] = True
        begun = np.maximum.accumulate(np.where(is_first, steps, 0), axis=1)
        start = random.integers(0, count, (number, count))
        yield from (np.take_along_axis(start, begun, axis=1) + steps - begun) % count
