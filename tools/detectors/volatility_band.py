"""Volatility band: closes that leave a band around the mean.

Bullish: a close more than `reach` average true ranges above the mean of the last `width` closes, after one that was
not. `level` is the band's edge at that bar. Known when it closes; open until a close back below the level. Strength:
how far outside it closed. Keltner's channel with Wilder's range. The direction says on which side price left, not
where it goes.
"""

from __future__ import annotations

import numpy as np

from fks_agents.bars import Bars
from fks_agents.deps import Detector
from fks_agents.events import Events
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import above, at_least


def band_exits(width: int = 20, reach: float = 2.0) -> Detector:
    """Detector around the mean of `width` closes (>= 2); `reach` (> 0) in average true ranges."""
    at_least(2, width=width)
    above(0, reach=reach)

    def detect(bars: Bars) -> Events:
        seen = ground(bars)
        half = reach * seen.ranges

        def look(side: Side) -> tuple[Found, ...]:
            edge = side.sign * seen.mean(width) + half
            outside = side.close > edge
            # The first bar with a mean has no bar before it that could have been inside.
            row = np.flatnonzero(outside[width:] & ~outside[width - 1 : -1]) + width
            level = edge[row]
            return (Found(row, row, level, side.close[row] - level, side.no_close_below(row, level)),)

        return both(seen, "volatility_band", ("band_exit",), look)

    return detect


detect = band_exits()

_: Detector = detect
