"""Swing failure patterns: a new extreme that no close could hold.

Bullish: a swing low below the swing low before it, with no close below that older one from its bar until the newer
one is known. `level` is the older low, `far_level` the newer. Known `n` bars after the newer low (a `sweep` is known
at once, and asks nothing of the bars after it); open until a close below the newer low. Strength: the distance
between the two.
"""

from __future__ import annotations

import numpy as np

from fks_agents.deps import Detector
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least


def swing_failures(n: int = 5) -> Detector:
    """Detector over swings with `n` bars (>= 1) on each side."""
    at_least(1, n=n)

    def look(side: Side) -> tuple[Found, ...]:
        formed, known, level = side.swing_lows(n)
        lower = np.flatnonzero(level[1:] < level[:-1])
        old, new = level[lower], level[lower + 1]
        known = known[lower + 1]
        failed = np.flatnonzero(side.first_close_below(formed[lower], old) > known)
        known, old, new = known[failed], old[failed], new[failed]
        return (Found(formed[lower + 1][failed], known, old, old - new, side.no_close_below(known, new), new),)

    return lambda bars: both(ground(bars), "swing_failure", ("swing_failure",), look)


detect = swing_failures()

_: Detector = detect
