"""Breaks of equal highs or lows: the first close beyond a level that turned price away twice.

Bullish: the first close above equal highs (`equal_levels`) after they are known. `level` is the higher of the two.
Known when that bar closes; open until a close back below the level. Strength: how far beyond it the bar closed.
"""

from __future__ import annotations

import numpy as np

from fks_agents.bars import Bars
from fks_agents.deps import Detector
from fks_agents.events import Events
from tools.detectors._equals import equals
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least


def breaks_of_equal_levels(n: int = 5, tolerance: float = 0.25) -> Detector:
    """Detector over swings with `n` bars (>= 1) on each side; `tolerance` (>= 0) in average true ranges."""
    at_least(1, n=n)
    at_least(0, tolerance=tolerance)

    def detect(bars: Bars) -> Events:
        seen = ground(bars)

        def look(side: Side) -> tuple[Found, ...]:
            _, formed, known, top, _ = equals(side, n, tolerance)
            row = side.first_close_above(known, top)
            broken = np.flatnonzero(row < len(side.close))
            formed, row, top = formed[broken], row[broken], top[broken]
            return (Found(formed, row, top, side.close[row] - top, side.no_close_below(row, top)),)

        return both(seen, "equal_break", ("equal_break",), look)

    return detect


detect = breaks_of_equal_levels()

_: Detector = detect
