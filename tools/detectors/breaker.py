"""Breaker blocks: an order block that failed, and now stands the other way.

Bearish: the first close below a bullish order block (`order_block`). `level` is the block's low, which price would
meet first on its way back, `far_level` its high. Known when that bar closes; open until a close above the zone.
Strength: how far the bar closed below it.
"""

from __future__ import annotations

import numpy as np

from fks_agents.deps import Detector
from tools.detectors._blocks import blocks
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least


def breaker_blocks(n: int = 5) -> Detector:
    """Detector of failed blocks behind breaks of swings with `n` bars (>= 1) on each side."""
    at_least(1, n=n)

    def look(side: Side) -> tuple[Found, ...]:
        formed, known, top, bottom = blocks(side, n)
        row = side.first_close_below(known, bottom)
        failed = np.flatnonzero(row < len(side.close))
        formed, row, top, bottom = formed[failed], row[failed], top[failed], bottom[failed]
        return (Found(formed, row, bottom, bottom - side.close[row], side.no_close_above(row, top), top, leans=-1),)

    return lambda bars: both(ground(bars), "breaker", ("breaker",), look)


detect = breaker_blocks()

_: Detector = detect
