"""Structure and encoders: all detectors on one column of bars, and ticks turned into states and looked up."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import numpy as np

from evaluators.core_speed import reference
from evaluators.core_speed.timing import seconds
from execution_core.encoders import read
from fks_agents.bars import Bars
from tools import detectors

DEPTH = 8
HOUR = 60 * reference.MINUTE


def hours(count: int) -> Bars:
    """The reference bars, told as hours: as many days, weeks and sessions as detectors of those need."""
    columns = reference.bars(count)
    opened = np.arange(count, dtype=np.int64) * HOUR + reference.START
    return Bars(
        "WALK", "1h", "bench", opened, opened + HOUR, columns.open, columns.high, columns.low, columns.close,
        columns.volume if columns.volume is not None else np.ones(count),
    )  # fmt: skip


def detectors_s(count: int, rounds: int) -> float:
    """All detectors, one after the other, on bars of which nothing has been computed yet."""
    bars, chosen = hours(count), [detectors.get(name) for name in detectors.names()]

    def work() -> None:
        fresh = replace(bars)
        for detect in chosen:
            detect(fresh)

    return seconds(work, rounds)


def ticks_per_s(count: int, rounds: int) -> float:
    """Ticks turned into states of 8 moves and looked up in a table; half of them repeat the price, as quotes do."""
    random = np.random.default_rng(1)
    prices = 100.0 + 0.01 * np.cumsum(random.choice([-1.0, 0.0, 0.0, 1.0], count))
    table = random.random(1 << DEPTH)
    return count / seconds(lambda: read(prices, DEPTH, 1, nan, table), rounds)
