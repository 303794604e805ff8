"""Bars written down column by column, and what is measured on them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fks_agents.bars import SECONDS, Bars
from fks_agents.contracts import Timeframe
from tools.indicators import Value, measure

MONDAY = 1_704_067_200_000_000_000
"""2024-01-01 00:00 UTC, in nanoseconds."""


def bars(
    close: Sequence[float],
    *,
    open: Sequence[float] | None = None,  # noqa: A002  the column's name
    high: Sequence[float] | None = None,
    low: Sequence[float] | None = None,
    volume: Sequence[float] | None = None,
    timeframe: Timeframe = "4h",
) -> Bars:
    """Bars whose other prices equal the close, and whose volume is 1, where not given."""
    step = SECONDS[timeframe] * 1_000_000_000
    opened = MONDAY + step * np.arange(len(close))
    ones = [1.0] * len(close)
    return Bars(
        "TEST", timeframe, "test", opened, opened + step,
        np.array(open or close), np.array(high or close), np.array(low or close), np.array(close),
        np.array(volume or ones),
    )  # fmt: skip


def walk(seed: int, count: int, timeframe: Timeframe = "1d") -> Bars:
    """A seeded random walk with ranges and volume."""
    random = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0, 0.01, count)))
    opened = close * np.exp(random.normal(0.0, 0.004, count))
    reach = np.exp(np.abs(random.normal(0.0, 0.004, (2, count))))
    high, low = np.maximum(opened, close) * reach[0], np.minimum(opened, close) / reach[1]
    step = SECONDS[timeframe] * 1_000_000_000
    times = MONDAY + step * np.arange(count)
    volume = random.integers(1, 1000, count).astype(np.float64)
    return Bars("WALK", timeframe, "test", times, times + step, opened, high, low, close, volume)


def known(measured: Bars) -> dict[str, Value]:
    return dict(measure(measured))


def number(measured: Bars, name: str) -> float:
    value = known(measured)[name]
    assert isinstance(value, float)
    return value
