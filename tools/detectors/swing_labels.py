"""Swing labels: whether each swing is higher or lower than the one of its kind before it.

Kinds `higher_high` and `higher_low` (bullish), `lower_high` and `lower_low` (bearish); a swing equal to the one
before has no label. `level` is the newer swing, `far_level` the older. Known when the newer swing is; open until a
close beyond its level. Strength: the distance between the two. The rising and falling peaks and troughs of Dow
theory.
"""

from __future__ import annotations

import numpy as np

from fks_agents.deps import Detector
from fks_agents.events import Flags
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least

KINDS = ("higher_high", "lower_high", "lower_low", "higher_low")


def labels(n: int = 5) -> Detector:
    """Detector over swings with `n` bars (>= 1) on each side."""
    at_least(1, n=n)

    def look(side: Side) -> tuple[Found, ...]:
        formed, known, level = side.swing_highs(n)
        kind = 0 if side.sign > 0 else 2
        rise = np.diff(level)

        def found(chosen: Flags, kind: int, leans: int) -> Found:
            at = np.flatnonzero(chosen)
            row, new, old = known[at + 1], level[at + 1], level[at]
            is_open = side.no_close_above(row, new)
            return Found(formed[at + 1], row, new, np.abs(new - old), is_open, old, kind=kind, leans=leans)

        return found(rise > 0, kind, 1), found(rise < 0, kind + 1, -1)

    return lambda bars: both(ground(bars), "swing_labels", KINDS, look)


detect = labels()

_: Detector = detect
