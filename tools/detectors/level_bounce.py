"""Support and resistance bounces: the first test of a swing level that turns price away.

Bullish: after a swing low is known, with price above it, the first bar whose low comes within `tolerance` of the
level. It counts if the low is not more than `tolerance` below the level and the bar rises and closes more than
`tolerance` above it. Known when that bar closes; open until a close below the level. Strength: how far above it the
bar closed.
"""

from __future__ import annotations

import numpy as np

from fks_agents.deps import Detector
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least


def bounces(n: int = 5, tolerance: float = 0.25) -> Detector:
    """Detector over swings with `n` bars (>= 1) on each side; `tolerance` (>= 0) in average true ranges, those of the
    moment when the swing becomes known."""
    at_least(1, n=n)
    at_least(0, tolerance=tolerance)

    def look(side: Side) -> tuple[Found, ...]:
        formed, known, level = side.swing_lows(n)
        reach = tolerance * side.ranges[known]
        row = side.first_low_at(known, level + reach)
        turned = np.flatnonzero((row < len(side.close)) & (side.close[known] > level + reach))
        at, price, near = row[turned], level[turned], reach[turned]
        turned = turned[side.rose[at] & (side.low[at] >= price - near) & (side.close[at] > price + near)]
        formed, row, level = formed[turned], row[turned], level[turned]
        return (Found(formed, row, level, side.close[row] - level, side.no_close_below(row, level)),)

    return lambda bars: both(ground(bars), "level_bounce", ("level_bounce",), look)


detect = bounces()

_: Detector = detect
