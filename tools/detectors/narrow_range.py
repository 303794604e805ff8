"""Narrow range bars: the narrowest of the last few, NR7 by default.

The range of the bar is smaller than that of each of the `width` - 1 bars before. `level` is its high, `far_level` its
low; neutral. Known when the bar closes; open until a close outside it. Strength: its range. Crabel, Day Trading with
Short Term Price Patterns and Opening Range Breakout (1990).
"""

from __future__ import annotations

import numpy as np

from execution_core import structure
from fks_agents.bars import Bars
from fks_agents.deps import Detector
from fks_agents.events import Events
from tools.detectors._found import Found, events
from tools.detectors._ground import ground
from tools.detectors._parameters import at_least


def narrow_ranges(width: int = 7) -> Detector:
    """Detector over `width` bars (>= 2), the narrow one included."""
    at_least(2, width=width)

    def detect(bars: Bars) -> Events:
        seen = ground(bars)
        up = seen.up
        # The narrowest is the highest of the negated ranges.
        narrow = up.low - up.high
        before = structure.highest_of(narrow, width - 1)
        row = np.flatnonzero(narrow[width - 1 :] > before[width - 2 : -1]) + width - 1
        level, far = up.high[row], up.low[row]
        is_open = up.no_close_above(row, level) & up.no_close_below(row, far)
        return events(
            seen,
            "narrow_range",
            ("narrow_range",),
            ((up, (Found(row, row, level, level - far, is_open, far, leans=0),)),),
        )

    return detect


detect = narrow_ranges()

_: Detector = detect
