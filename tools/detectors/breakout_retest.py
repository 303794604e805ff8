"""Breakout and retest: price breaks a swing, comes back to it, and closes on the far side.

Bullish: after a break of a swing high (`swings`), the first bar within `within` bars whose low is at or below the
broken level closes above it. `level` is the swing's. Known when that bar closes; open until a close below the level.
Strength: how far above it the bar closed.
"""

from __future__ import annotations

import numpy as np

from fks_agents.deps import Detector
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least


def retests(n: int = 5, within: int = 20) -> Detector:
    """Detector over swings with `n` bars (>= 1) on each side; `within` (>= 1) bars after the break."""
    at_least(1, n=n, within=within)

    def look(side: Side) -> tuple[Found, ...]:
        known, formed, level, _ = side.breaks(n)
        row = side.first_low_at(known, level, within)
        held = np.flatnonzero(row < len(side.close))
        held = held[side.close[row[held]] > level[held]]
        formed, row, level = formed[held], row[held], level[held]
        return (Found(formed, row, level, side.close[row] - level, side.no_close_below(row, level)),)

    return lambda bars: both(ground(bars), "breakout_retest", ("breakout_retest",), look)


detect = retests()

_: Detector = detect
