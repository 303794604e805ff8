"""Fair value gaps: three bars in which the middle one leaves a band of prices where nobody traded both ways.

Bullish at bar i: low[i] > high[i-2], and the middle bar closes above its open; the band is [high[i-2], low[i]].
Bearish is the mirror image. A gap is known when bar i closes, and open until a later bar has traded through all of
it. Strength: the width of the band.
"""

from __future__ import annotations

import numpy as np

from fks_agents.deps import Detector
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least


def fair_value_gaps(smallest: float = 0.0) -> Detector:
    """Detector of gaps at least `smallest` average true ranges wide (>= 0); raises UsageError below zero."""
    at_least(0, smallest=smallest)

    def look(side: Side) -> tuple[Found, ...]:
        row = np.flatnonzero((side.low[2:] > side.high[:-2]) & side.rose[1:-1]) + 2
        near, far = side.low[row], side.high[row - 2]
        wide = np.flatnonzero(near - far >= smallest * side.ranges[row])
        row, near, far = row[wide], near[wide], far[wide]
        return (Found(row, row, near, near - far, side.not_filled(row, far), far),)

    return lambda bars: both(ground(bars), "fvg", ("fvg",), look)


detect = fair_value_gaps()

_: Detector = detect
