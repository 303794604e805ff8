"""Compression, then expansion: a close out of a tight box on a wide bar.

The box holds the `width` bars before; it is tight if its height is at most `tight` average true ranges. Bullish: a
bar at least `wide` average true ranges high closes above the box (both measured with the average before that bar).
`level` is the edge broken, `far_level` the other one; `formed_at` is the box's first bar. Known when the bar closes;
open until a close back inside. Strength: how far beyond the box it closed.
"""

from __future__ import annotations

import numpy as np

from fks_agents.deps import Detector
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import above, at_least


def expansions(width: int = 10, tight: float = 2.5, wide: float = 1.25) -> Detector:
    """Detector of boxes of `width` bars (>= 2); `tight` and `wide` (> 0) in average true ranges."""
    at_least(2, width=width)
    above(0, tight=tight, wide=wide)

    def look(side: Side) -> tuple[Found, ...]:
        top = side.highest(width)
        row = np.flatnonzero(side.close[width:] > top[width - 1 : -1]) + width
        level, far, ranges = top[row - 1], side.lowest(row - 1, width), side.ranges[row - 1]
        made = np.flatnonzero((level - far <= tight * ranges) & (side.high[row] - side.low[row] >= wide * ranges))
        row, level, far = row[made], level[made], far[made]
        return (Found(row - width, row, level, side.close[row] - level, side.no_close_below(row, level), far),)

    return lambda bars: both(ground(bars), "compression_expansion", ("expansion",), look)


detect = expansions()

_: Detector = detect
