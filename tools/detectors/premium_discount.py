"""Premium and discount: which half of the dealing range price has closed into.

The range lies between the newest known swing low and the newest known swing high. A close above its middle is
`premium` (bearish), one below `discount` (bullish); a close at the middle is neither; an event is given when that
changes, by the close or by a new swing. `level` is the middle, `far_level` the end of the half price is in. Known
when the bar closes; open until a close back beyond the middle. Strength: distance from the middle.
"""

from __future__ import annotations

import numpy as np

from execution_core import structure
from fks_agents.bars import Bars
from fks_agents.deps import Detector
from fks_agents.events import Events
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least

TINY = 5e-324
"""The least positive number: any distance from the middle counts."""


def halves_of_the_range(n: int = 5) -> Detector:
    """Detector over swings with `n` bars (>= 1) on each side."""
    at_least(1, n=n)

    def detect(bars: Bars) -> Events:
        seen = ground(bars)
        high, low = seen.up.newest_high(n), seen.up.newest_low(n)
        middle = (high + low) / 2
        above = seen.up.close - middle
        above[np.flatnonzero(high <= low)] = np.nan
        rows, state = structure.states(above, TINY, TINY)

        def look(side: Side) -> tuple[Found, ...]:
            # Seen from above the middle; a return through it at the same price is no change.
            row = rows[np.flatnonzero(state == side.sign)]
            level, far = side.sign * middle[row], side.newest_high(n)[row]
            held = side.no_close_below(row, level)
            kind = 0 if side.sign > 0 else 1
            return (Found(row, row, level, side.close[row] - level, held, far, kind=kind, leans=-1),)

        return both(seen, "premium_discount", ("premium", "discount"), look)

    return detect


detect = halves_of_the_range()

_: Detector = detect
