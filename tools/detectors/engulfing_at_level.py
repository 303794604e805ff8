"""Engulfing bars at a level: a body that swallows the one before it, at the newest swing.

Bullish: a rising bar whose body covers the falling body before it and is larger; its low is at most `tolerance`
average true ranges away from the newest known swing low, on either side. `level` is the swing's, `far_level` the low
of the bar. Known when the bar closes; open until a close below its low. Strength: the body.
"""

from __future__ import annotations

import numpy as np

from fks_agents.deps import Detector
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least


def engulfings(n: int = 5, tolerance: float = 0.5) -> Detector:
    """Detector at swings with `n` bars (>= 1) on each side; `tolerance` (>= 0) in average true ranges."""
    at_least(1, n=n)
    at_least(0, tolerance=tolerance)

    def look(side: Side) -> tuple[Found, ...]:
        covers = (
            side.rose[1:] & side.fell[:-1] & (side.open[1:] <= side.close[:-1]) & (side.close[1:] >= side.open[:-1])
        )
        row = np.flatnonzero(covers) + 1
        body = side.close[row] - side.open[row]
        level, low = side.newest_low_at(row, n), side.low[row]
        near = np.abs(low - level) <= tolerance * side.ranges[row]
        made = np.flatnonzero(near & (body > side.open[row - 1] - side.close[row - 1]))
        row, level, low, body = row[made], level[made], low[made], body[made]
        return (Found(row, row, level, body, side.no_close_below(row, low), low),)

    return lambda bars: both(ground(bars), "engulfing_at_level", ("engulfing",), look)


detect = engulfings()

_: Detector = detect
