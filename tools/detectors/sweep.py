"""Liquidity sweeps: a first trade beyond a swing that does not close there.

Bullish: the first bar whose low is below a known swing low closes above it. `level` is the swing's, `far_level` the
low of the sweeping bar. Each swing is swept at most once, and a bar may sweep several. Known when that bar closes;
open until a close below its low. Strength: how far the bar went beyond the level.
"""

from __future__ import annotations

import numpy as np

from fks_agents.deps import Detector
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least


def liquidity_sweeps(n: int = 5) -> Detector:
    """Detector of sweeps of swings with `n` bars (>= 1) on each side."""
    at_least(1, n=n)

    def look(side: Side) -> tuple[Found, ...]:
        formed, _, level = side.swing_lows(n)
        row = side.lows_passed(n)
        swept = np.flatnonzero(row < len(side.close))
        swept = swept[side.close[row[swept]] > level[swept]]
        formed, row, level = formed[swept], row[swept], level[swept]
        low = side.low[row]
        return (Found(formed, row, level, level - low, side.no_close_below(row, low), low),)

    return lambda bars: both(ground(bars), "sweep", ("sweep",), look)


detect = liquidity_sweeps()

_: Detector = detect
