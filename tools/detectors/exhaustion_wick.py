"""Exhaustion wicks: a new extreme of which most was given back before the close.

Bullish: the low is the lowest of the last `width` bars, the lower wick is at least `long` average true ranges and
twice the body. `level` is the low. Known when the bar closes; open until a close below it. Strength: the wick.
"""

from __future__ import annotations

import numpy as np

from fks_agents.deps import Detector
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import above, at_least


def exhaustion_wicks(width: int = 20, long: float = 1.0) -> Detector:
    """Detector of extremes of `width` bars (>= 2); `long` (> 0) in average true ranges."""
    at_least(2, width=width)
    above(0, long=long)

    def look(side: Side) -> tuple[Found, ...]:
        row = np.flatnonzero(side.is_lowest(width)[width - 1 :]) + width - 1
        opened, closed, level = side.open[row], side.close[row], side.low[row]
        wick = np.minimum(opened, closed) - level
        long_enough = (wick >= long * side.ranges[row]) & (wick >= 2 * np.abs(closed - opened))
        made = np.flatnonzero(long_enough & (wick > 0))
        row, level, wick = row[made], level[made], wick[made]
        return (Found(row, row, level, wick, side.no_close_below(row, level)),)

    return lambda bars: both(ground(bars), "exhaustion_wick", ("exhaustion_wick",), look)


detect = exhaustion_wicks()

_: Detector = detect
