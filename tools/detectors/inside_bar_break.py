"""Inside bar breaks: price closes out of a bar that had swallowed the next one.

An inside bar has a lower high and a higher low than the bar before, its mother. The first close beyond the mother's
range within `within` bars gives an event that way. `level` is the edge broken, `far_level` the other one; `formed_at`
is the mother. Known when that bar closes; open until a close back through the level. Strength: how far beyond it
closed.
"""

from __future__ import annotations

import numpy as np

from fks_agents.bars import Bars
from fks_agents.deps import Detector
from fks_agents.events import Events
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least


def inside_bar_breaks(within: int = 5) -> Detector:
    """Detector of breaks within `within` bars (>= 1) after the inside bar."""
    at_least(1, within=within)

    def detect(bars: Bars) -> Events:
        seen = ground(bars)
        up = seen.up
        inside = np.flatnonzero((up.high[1:] < up.high[:-1]) & (up.low[1:] > up.low[:-1])) + 1
        top, bottom = up.high[inside - 1], up.low[inside - 1]
        above, below = up.first_close_above(inside, top, within), up.first_close_below(inside, bottom, within)

        def look(side: Side) -> tuple[Found, ...]:
            first, other = (above, below) if side is up else (below, above)
            made = np.flatnonzero(first < other)
            row = first[made]
            level, far = (top[made], bottom[made]) if side is up else (-bottom[made], -top[made])
            size = side.close[row] - level
            return (Found(inside[made] - 1, row, level, size, side.no_close_below(row, level), far),)

        return both(seen, "inside_bar_break", ("inside_bar_break",), look)

    return detect


detect = inside_bar_breaks()

_: Detector = detect
