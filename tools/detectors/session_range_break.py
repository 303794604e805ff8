"""Session range breaks: the first close beyond the range of a finished trading session.

By default the session is Asia, 0 to 8 o'clock UTC: the London traders' view of the night before. Bullish: the first
bar after the session, and less than a day after it began, that closes above its range. `level` is the edge broken,
`far_level` the other one. Known when that bar closes; open until a close back through the level. Strength: how far
beyond it closed. Bars as long as the session or longer give no events. Hours are UTC the year round.
"""

from __future__ import annotations

from fks_agents.deps import Detector
from tools.detectors._ground import ground
from tools.detectors._periods import hours
from tools.detectors._ranges import after_range


def session_range_breaks(session: str = "asia") -> Detector:
    """Detector after `asia`, `london` or `new_york`; raises UsageError for another session."""
    begin, length = hours(session)

    return lambda bars: after_range(ground(bars), "session_range_break", f"{session}_break", begin, length)


detect = session_range_breaks()

_: Detector = detect
