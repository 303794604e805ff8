"""Opening range breaks: the first close beyond the range in which a day began.

The range holds the bars that open in the `minutes` after `begin` o'clock UTC. Bullish: the first later bar, less than
a day after the range began, that closes above it. `level` is the edge broken, `far_level` the other one. Known when
that bar closes; open until a close back through the level. Strength: how far beyond it closed. Bars as long as the
range or longer give no events. Crabel, Day Trading with Short Term Price Patterns and Opening Range Breakout (1990).
"""

from __future__ import annotations

from fks_agents.deps import Detector
from tools.detectors._ground import ground
from tools.detectors._parameters import between
from tools.detectors._periods import HOUR
from tools.detectors._ranges import after_range


def opening_range_breaks(begin: float = 0.0, minutes: int = 120) -> Detector:
    """Detector of ranges of `minutes` (1 to 1439) from hour `begin` (0 to 24, UTC) on."""
    between(0, 24, begin=begin)
    between(1, 1439, minutes=minutes)
    start, length = int(begin * HOUR), minutes * HOUR // 60

    return lambda bars: after_range(ground(bars), "opening_range_break", "range_break", start, length)


detect = opening_range_breaks()

_: Detector = detect
