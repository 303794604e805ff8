"""Displacement: a bar that goes far and closes near its end.

Bullish: the body is at least `large` average true ranges (by the average before the bar) and at least `share` of the
bar's range. `level` is the close, `far_level` the open. Known when the bar closes; open until a close below the open.
Strength: the body.
"""

from __future__ import annotations

import numpy as np

from fks_agents.deps import Detector
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import above, between


def displacements(large: float = 1.5, share: float = 0.7) -> Detector:
    """Detector of bodies of `large` (> 0) average true ranges and `share` (0 to 1) of the bar."""
    above(0, large=large)
    between(0, 1, share=share)

    def look(side: Side) -> tuple[Found, ...]:
        row = np.flatnonzero(side.close[1:] - side.open[1:] >= large * side.ranges[:-1]) + 1
        level, far = side.close[row], side.open[row]
        full = np.flatnonzero((level > far) & (level - far >= share * (side.high[row] - side.low[row])))
        row, level, far = row[full], level[full], far[full]
        return (Found(row, row, level, level - far, side.no_close_below(row, far), far),)

    return lambda bars: both(ground(bars), "displacement", ("displacement",), look)


detect = displacements()

_: Detector = detect
