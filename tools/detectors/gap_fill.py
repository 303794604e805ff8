"""Gap fills: price has come back through all of an opening gap.

After a `gap` upwards, the first low at or below the high of the bar before the gap, in the gap's own bar or one of
the `within` bars after it. `level` is that high, `far_level` the open that made the gap, `formed_at` the bar before
the gap. Neutral. Known when the filling bar closes; open until a close beyond the level on the far side of the gap.
Strength: the width of the gap.
"""

from __future__ import annotations

import numpy as np

from fks_agents.deps import Detector
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least


def gap_fills(smallest: float = 0.25, within: int = 20) -> Detector:
    """Detector of fills of gaps at least `smallest` average true ranges wide (>= 0); `within` >= 0 bars."""
    at_least(0, smallest=smallest, within=within)

    def look(side: Side) -> tuple[Found, ...]:
        row = side.gapped
        row = row[side.open[row] - side.high[row - 1] >= smallest * side.ranges[row - 1]]
        level, far = side.high[row - 1], side.open[row]
        known = side.first_low_at(row - 1, level, within + 1)
        filled = np.flatnonzero(known < len(side.close))
        row, known, level, far = row[filled], known[filled], level[filled], far[filled]
        return (Found(row - 1, known, level, far - level, side.no_close_below(known, level), far, leans=0),)

    return lambda bars: both(ground(bars), "gap_fill", ("gap_fill",), look)


detect = gap_fills()

_: Detector = detect
