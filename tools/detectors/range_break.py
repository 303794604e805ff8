"""Range breaks: the first close beyond the extreme of the last bars.

Bullish: a close above the highest high of the `width` bars before, where the close before was not above the highest
high of the `width` bars before it. `level` is that high; `formed_at` is the first bar of the window. Known when the
bar closes; open until a close back below the level. Strength: how far beyond it closed. Donchian's channel, on
closes.
"""

from __future__ import annotations

import numpy as np

from fks_agents.deps import Detector
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least


def range_breaks(width: int = 20) -> Detector:
    """Detector over windows of `width` bars (>= 1)."""
    at_least(1, width=width)

    def look(side: Side) -> tuple[Found, ...]:
        top = side.highest(width)
        beyond = side.close[width:] > top[width - 1 : -1]
        row = np.flatnonzero(beyond[1:] & ~beyond[:-1]) + width + 1
        level = top[row - 1]
        return (Found(row - width, row, level, side.close[row] - level, side.no_close_below(row, level)),)

    return lambda bars: both(ground(bars), "range_break", ("range_break",), look)


detect = range_breaks()

_: Detector = detect
