"""Mitigation: the first return of price into an order block that holds.

Bullish: after an order block is known, the first low at or below its high, on a bar that closes not below its low.
Zone and blocks as in `order_block`. Known when that bar closes; open until a close below the zone. Strength: the
close's distance from the far edge. A first return that closes through the zone is a `breaker` and no mitigation.
"""

from __future__ import annotations

import numpy as np

from fks_agents.deps import Detector
from tools.detectors._blocks import blocks
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least


def returns_to_blocks(n: int = 5) -> Detector:
    """Detector of first returns to blocks behind breaks of swings with `n` bars (>= 1) on each side."""
    at_least(1, n=n)

    def look(side: Side) -> tuple[Found, ...]:
        formed, known, top, bottom = blocks(side, n)
        row = side.first_low_at(known, top)
        back = np.flatnonzero(row < len(side.close))
        back = back[side.close[row[back]] >= bottom[back]]
        formed, row, top, bottom = formed[back], row[back], top[back], bottom[back]
        return (Found(formed, row, top, side.close[row] - bottom, side.no_close_below(row, bottom), bottom),)

    return lambda bars: both(ground(bars), "mitigation", ("mitigation",), look)


detect = returns_to_blocks()

_: Detector = detect
