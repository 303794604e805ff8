"""Mean-reversion snapback: price stretched far from its mean has begun to come back.

Bullish: a bar closed more than `stretch` average true ranges below the mean of the last `width` closes; the next bar
closes higher and no longer that far below. `level` is the mean at that bar, `formed_at` the stretched bar. Known when
the second bar closes; open until a high reaches the level. Strength: how far the stretched bar had closed from its
mean.
"""

from __future__ import annotations

import numpy as np

from fks_agents.bars import Bars
from fks_agents.deps import Detector
from fks_agents.events import Events
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import above, at_least


def snapbacks(width: int = 20, stretch: float = 2.5) -> Detector:
    """Detector around the mean of `width` closes (>= 2); `stretch` (> 0) in average true ranges."""
    at_least(2, width=width)
    above(0, stretch=stretch)

    def detect(bars: Bars) -> Events:
        seen = ground(bars)
        reach = stretch * seen.ranges

        def look(side: Side) -> tuple[Found, ...]:
            mean = side.sign * seen.mean(width)
            far = side.close < mean - reach
            row = np.flatnonzero(far[:-1] & ~far[1:] & (side.close[1:] > side.close[:-1])) + 1
            level, size = mean[row], mean[row - 1] - side.close[row - 1]
            return (Found(row - 1, row, level, size, side.not_reached(row, level)),)

        return both(seen, "snapback", ("snapback",), look)

    return detect


detect = snapbacks()

_: Detector = detect
