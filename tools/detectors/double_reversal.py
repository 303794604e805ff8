"""Double bottoms and tops, confirmed at the neckline.

Bottom: equal lows (`equal_levels`), then within `within` bars a close above the highest price between the two lows,
before any price below them. `level` is that neckline, `far_level` the lower low. Known when that bar closes; open
until a close below the lower low. Strength: the height of the pattern. The pattern of Edwards and Magee, Technical
Analysis of Stock Trends (1948), with "nearly equal" put in numbers.
"""

from __future__ import annotations

import numpy as np

from fks_agents.bars import Bars
from fks_agents.deps import Detector
from fks_agents.events import Events
from tools.detectors._equals import equals
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least


def double_tops_and_bottoms(n: int = 5, tolerance: float = 0.25, within: int = 50) -> Detector:
    """Detector over swings with `n` bars (>= 1) on each side; `tolerance` (>= 0) in average true ranges."""
    at_least(1, n=n, within=within)
    at_least(0, tolerance=tolerance)

    def detect(bars: Bars) -> Events:
        seen = ground(bars)

        def look(side: Side) -> tuple[Found, ...]:
            # Equal lows are equal highs on the other side.
            pair = equals(seen.down if side is seen.up else seen.up, n, tolerance)
            if not len(pair.first):
                return ()
            neck = side.highest_between(pair.first, pair.formed)
            row = side.first_close_above(pair.known, neck, within)
            made = np.flatnonzero(row < side.first_low_below(pair.known, -pair.top))
            row, low, neck = row[made], -pair.top[made], neck[made]
            formed = side.first_high_at(pair.first[made] - 1, neck)
            kind = 0 if side.sign > 0 else 1
            return (Found(formed, row, neck, neck - low, side.no_close_below(row, low), low, kind=kind),)

        return both(seen, "double_reversal", ("double_bottom", "double_top"), look)

    return detect


detect = double_tops_and_bottoms()

_: Detector = detect
