"""Previous day: the first trade in a day beyond the high or low of the day before.

A day is one of 24 hours from `begin` o'clock UTC on; days without a bar are passed over. `level` is the high of the
day before. The first bar of a day to trade above it makes `previous_high_broken` (bullish) if it closes above, else
`previous_high_swept` (bearish); lows mirror that. Known when that bar closes; open until a close back through the
level the other way. Strength: distance of the close from the level. Bars as long as a day give no events.
"""

from __future__ import annotations

from fks_agents.bars import Bars
from fks_agents.deps import Detector
from fks_agents.events import Events
from tools.detectors._found import both
from tools.detectors._ground import ground
from tools.detectors._parameters import between
from tools.detectors._periods import DAY, HOUR
from tools.detectors._previous import KINDS, beyond_previous


def previous_day_levels(begin: float = 0.0) -> Detector:
    """Detector of days that begin at hour `begin` (0 to 24, UTC)."""
    between(0, 24, begin=begin)
    offset = int(begin * HOUR)

    def detect(bars: Bars) -> Events:
        seen = ground(bars)
        return both(seen, "previous_day", KINDS, lambda side: beyond_previous(seen, side, DAY, offset))

    return detect


detect = previous_day_levels()

_: Detector = detect
