"""Support and resistance breaks: a close through a price at which the market has turned more than once.

A level is a swing, high or low, with another one among the `memory` swings known before it at most `tolerance`
average true ranges away. Bullish: price is not above the level when it becomes known, and later for the first time
closes more than `margin` above it. Known when that bar closes; open until a close back below the level. Strength: how
far above it the bar closed. Unlike `bos` it needs two touches and a margin, and forgets no level.
"""

from __future__ import annotations

import numpy as np

from fks_agents.bars import Bars, Floats
from fks_agents.deps import Detector
from fks_agents.events import Events, Rows
from tools.detectors._found import Found, both
from tools.detectors._ground import Ground, Side, ground
from tools.detectors._parameters import at_least


def breaks_of_levels(n: int = 5, tolerance: float = 0.25, margin: float = 0.25, memory: int = 6) -> Detector:
    """Detector over swings with `n` bars and `memory` older swings (>= 1); `tolerance` and `margin` (>= 0) in average
    true ranges, those of the moment when the level becomes known."""
    at_least(1, n=n, memory=memory)
    at_least(0, tolerance=tolerance, margin=margin)

    def detect(bars: Bars) -> Events:
        seen = ground(bars)
        known, formed, level = _levels(seen, n, tolerance, memory)

        def look(side: Side) -> tuple[Found, ...]:
            facing = np.flatnonzero(side.close[known] <= side.sign * level)
            start, price, made = known[facing], side.sign * level[facing], formed[facing]
            row = side.first_close_above(start, price + margin * side.ranges[start])
            broken = np.flatnonzero(row < seen.count)
            row, price, made = row[broken], price[broken], made[broken]
            return (Found(made, row, price, side.close[row] - price, side.no_close_below(row, price)),)

        return both(seen, "level_break", ("level_break",), look)

    return detect


def _levels(seen: Ground, n: int, tolerance: float, memory: int) -> tuple[Rows, Rows, Floats]:
    """Row known, row formed and price of each swing near an older one."""
    highs, lows = seen.up.swing_highs(n), seen.up.swing_lows(n)
    order = np.argsort(known := np.concatenate((highs.known, lows.known)), kind="stable")
    known, level = known[order], np.concatenate((highs.level, lows.level))[order]
    reach = tolerance * seen.ranges[known]
    touched = np.zeros(len(known), dtype=bool)
    for back in range(1, memory + 1):
        touched[back:] |= np.abs(level[back:] - level[:-back]) <= reach[back:]
    return known[touched], known[touched] - n, level[touched]


detect = breaks_of_levels()

_: Detector = detect
