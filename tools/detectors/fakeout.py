"""Fakeout traps: a break of a swing that is taken back within a few bars.

Bearish: a close above a swing high (`swings`), then within `within` bars a close back below it. `level` is the
swing's, `far_level` the highest price of the last `within` + 1 bars. Known when price closes back; open until a close
above the far level. Strength: how far back the bar closed. A wick alone is a `sweep`.
"""

from __future__ import annotations

import numpy as np

from fks_agents.deps import Detector
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least


def fakeouts(n: int = 5, within: int = 3) -> Detector:
    """Detector over swings with `n` bars (>= 1) on each side; `within` (>= 1) bars after the break."""
    at_least(1, n=n, within=within)

    def look(side: Side) -> tuple[Found, ...]:
        known, formed, level, _ = side.breaks(n)
        row = side.first_close_below(known, level, within)
        back = np.flatnonzero(row < len(side.close))
        formed, row, level = formed[back], row[back], level[back]
        far = side.highest_at(row, within + 1)
        return (Found(formed, row, level, level - side.close[row], side.no_close_above(row, far), far, leans=-1),)

    return lambda bars: both(ground(bars), "fakeout", ("fakeout",), look)


detect = fakeouts()

_: Detector = detect
