"""Outside bars: a bar that takes both ends of the one before and closes beyond one of them.

Bullish: a higher high and a lower low than the bar before, and a close above its high. `level` is that high,
`far_level` the low of the outside bar. Known when it closes; open until a close below its low. Strength: its range.
"""

from __future__ import annotations

import numpy as np

from fks_agents.deps import Detector
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground


def outside_bars() -> Detector:
    """Detector of outside bars."""

    def look(side: Side) -> tuple[Found, ...]:
        row = np.flatnonzero((side.close[1:] > side.high[:-1]) & (side.low[1:] < side.low[:-1])) + 1
        level, low = side.high[row - 1], side.low[row]
        return (Found(row, row, level, side.high[row] - low, side.no_close_below(row, low), low),)

    return lambda bars: both(ground(bars), "outside_bar", ("outside_bar",), look)


detect = outside_bars()

_: Detector = detect
