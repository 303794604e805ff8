"""Fibonacci retracements: the first return into a band of the last leg.

Bullish: the leg runs from the newest swing low to a swing high above it. The band lies `shallow` to `deep` of the way
back down; the first low at or below its upper edge counts if no price has gone above the leg's high since the leg was
known, and the bar closes above the lower edge. `level` is the upper edge, `far_level` the lower; `formed_at` is the
leg's high. Known when that bar closes; open until a close below the band. Strength: the length of the leg. 0.618 and
its square root 0.786 are convention, no law.
"""

from __future__ import annotations

import numpy as np

from fks_agents.deps import Detector
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least, between


def retracements(n: int = 5, shallow: float = 0.618, deep: float = 0.786) -> Detector:
    """Detector over swings with `n` bars (>= 1) on each side; 0 < `shallow` < `deep` <= 1, fractions of the leg."""
    at_least(1, n=n)
    between(0, 1, shallow=shallow, deep=deep)
    at_least(shallow, deep=deep)

    def look(side: Side) -> tuple[Found, ...]:
        highs, lows = side.swing_highs(n), side.swing_lows(n)
        before = np.searchsorted(lows.formed, highs.formed) - 1
        has_leg = np.flatnonzero(before >= 0)
        formed, known, top = highs.formed[has_leg], highs.known[has_leg], highs.level[has_leg]
        leg = top - lows.level[before[has_leg]]
        near, far = top - shallow * leg, top - deep * leg
        row = side.first_low_at(known, near)
        back = np.flatnonzero((row < side.highs_passed(n)[has_leg]) & (leg > 0))
        back = back[side.close[row[back]] > far[back]]
        formed, row, leg, near, far = formed[back], row[back], leg[back], near[back], far[back]
        return (Found(formed, row, near, leg, side.no_close_below(row, far), far),)

    return lambda bars: both(ground(bars), "fib_retracement", ("fib_retracement",), look)


detect = retracements()

_: Detector = detect
