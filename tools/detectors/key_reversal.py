"""Key reversals: a new extreme, then a close beyond the other end of the bar before.

Bullish: a low below the lowest of the `width` bars before, and a close above the high of the bar before. `level` is
the new low. Known when the bar closes; open until a close below it. Strength: the bar's range.
"""

from __future__ import annotations

import numpy as np

from fks_agents.deps import Detector
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least


def key_reversals(width: int = 10) -> Detector:
    """Detector of extremes of `width` bars (>= 1)."""
    at_least(1, width=width)

    def look(side: Side) -> tuple[Found, ...]:
        row = np.flatnonzero(side.close[width:] > side.high[width - 1 : -1]) + width
        row = row[side.low[row] < side.lowest(row - 1, width)]
        level = side.low[row]
        return (Found(row, row, level, side.high[row] - level, side.no_close_below(row, level)),)

    return lambda bars: both(ground(bars), "key_reversal", ("key_reversal",), look)


detect = key_reversals()

_: Detector = detect
