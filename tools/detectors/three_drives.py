"""Three drives: three ever lower lows (or higher highs) in equal steps.

Bullish: three swing lows in a row, each below the one before; of the two steps neither is more than `ratio` times the
other. `level` is the third low. Known when the third swing is; open until a close below it. Strength: the distance
from the first low to the third. The harmonic traders' pattern without its Fibonacci ratios.
"""

from __future__ import annotations

import numpy as np

from fks_agents.deps import Detector
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least


def three_drives(n: int = 5, ratio: float = 1.5) -> Detector:
    """Detector over swings with `n` bars (>= 1) on each side; `ratio` >= 1."""
    at_least(1, n=n, ratio=ratio)

    def look(side: Side) -> tuple[Found, ...]:
        formed, known, level = side.swing_lows(n)
        steps = -np.diff(level)
        first, second = steps[:-1], steps[1:]
        even = np.flatnonzero((first > 0) & (second > 0) & (first <= ratio * second) & (second <= ratio * first))
        known, third, size = known[even + 2], level[even + 2], level[even] - level[even + 2]
        return (Found(formed[even + 2], known, third, size, side.no_close_below(known, third)),)

    return lambda bars: both(ground(bars), "three_drives", ("three_drives",), look)


detect = three_drives()

_: Detector = detect
