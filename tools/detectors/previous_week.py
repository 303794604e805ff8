"""Previous week: the first trade in a week beyond the high or low of the week before.

A week is one from Monday, `begin` o'clock UTC, on; weeks without a bar are passed over. `level` is the high of the
week before. The first bar of a week to trade above it makes `previous_high_broken` (bullish) if it closes above, else
`previous_high_swept` (bearish); lows mirror that. Known when that bar closes; open until a close back through the
level the other way. Strength: distance of the close from the level. Bars as long as a week give no events.
"""

from __future__ import annotations

from fks_agents.bars import Bars
from fks_agents.deps import Detector
from fks_agents.events import Events
from tools.detectors._found import both
from tools.detectors._ground import ground
from tools.detectors._parameters import between
from tools.detectors._periods import HOUR, MONDAY, WEEK
from tools.detectors._previous import KINDS, beyond_previous


def previous_week_levels(begin: float = 0.0) -> Detector:
    """Detector of weeks that begin at hour `begin` (0 to 24, UTC)."""
    between(0, 24, begin=begin)
    offset = MONDAY + int(begin * HOUR)

    def detect(bars: Bars) -> Events:
        seen = ground(bars)
        return both(seen, "previous_week", KINDS, lambda side: beyond_previous(seen, side, WEEK, offset))

    return detect


detect = previous_week_levels()

_: Detector = detect
