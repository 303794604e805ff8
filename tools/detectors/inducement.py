"""Inducement: in a trend a minor pullback's low is taken out while the major low stands.

Bullish: the trend of `swings` is up when a minor swing low (`minor` bars on each side) becomes known; the first bar
with a low below it keeps above the newest known major swing low (`n` bars), with the trend still up. `level` is the
minor low, `far_level` the major one. Known when that bar closes; open until a close below the major low. Strength:
how far the bar went below the minor low. A reading of "smart money" charting.
"""

from __future__ import annotations

import numpy as np

from fks_agents.bars import Bars
from fks_agents.deps import Detector
from fks_agents.events import Events
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least


def inducements(minor: int = 2, n: int = 5) -> Detector:
    """Detector over minor and major swings with `minor` < `n` bars on each side."""
    at_least(1, minor=minor)
    at_least(minor + 1, n=n)

    def detect(bars: Bars) -> Events:
        seen = ground(bars)
        trend = seen.trend(n)

        def look(side: Side) -> tuple[Found, ...]:
            formed, known, level = side.swing_lows(minor)
            up = np.flatnonzero(trend[known] == side.sign)
            formed, known, level = formed[up], known[up], level[up]
            row = side.first_low_below(known, level)
            taken = np.flatnonzero(row < seen.count)
            row, level, formed = row[taken], level[taken], formed[taken]
            low, major = side.low[row], side.newest_low_at(row, n)
            kept = np.flatnonzero((low > major) & (trend[row] == side.sign))
            formed, row, level, major, low = formed[kept], row[kept], level[kept], major[kept], low[kept]
            return (Found(formed, row, level, level - low, side.no_close_below(row, major), major),)

        return both(seen, "inducement", ("inducement",), look)

    return detect


detect = inducements()

_: Detector = detect
