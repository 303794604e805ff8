"""The average true range every detector measures strength in."""

from __future__ import annotations

import numpy as np

from fks_agents.bars import Bars, Floats
from fks_agents.errors import DataError

PERIOD = 14
"""Bars of Wilder's smoothing (New Concepts in Technical Trading Systems, 1978)."""


def require_finite(bars: Bars) -> None:
    """Raise DataError naming row and column of the first price that is not a finite number."""
    for name in ("open", "high", "low", "close"):
        wrong = np.flatnonzero(~np.isfinite(getattr(bars, name)))
        if wrong.size:
            row = int(wrong[0])
            raise DataError(
                f"{bars.symbol} {bars.timeframe} row {row}: {name} must be a finite price, "
                f"was {float(getattr(bars, name)[row])!r}"
            )


def average_true_range(bars: Bars) -> Floats:
    """Wilder's average true range at each bar, in price, shape (n,), from the first bar on.

    The first PERIOD values are plain means of the ranges so far (the first range is high - low); afterwards
    atr = (13 atr + range) / 14. Value t depends on bars up to t only, to the last bit.
    """
    # The first bar has no close before it; its own high leaves its range at high - low.
    before = np.concatenate((bars.high[:1], bars.close[:-1]))
    ranges = np.maximum(bars.high, before) - np.minimum(bars.low, before)
    averages = []
    average = 0.0
    for t, true_range in enumerate(ranges.tolist()):
        average += (true_range - average) / min(t + 1, PERIOD)
        averages.append(average)
    return np.array(averages)


def in_ranges(sizes: Floats, ranges: Floats) -> Floats:
    """`sizes` as multiples of `ranges`, elementwise; 0 where nothing has moved yet and the range is 0."""
    return np.divide(sizes, ranges, out=np.zeros_like(sizes), where=ranges > 0)
