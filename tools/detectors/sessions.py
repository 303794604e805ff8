"""Trading sessions: which of them are on, as a filter for other events.

Kinds `asia` (0 to 8 o'clock UTC), `london` (7 to 16) and `new_york` (12 to 21): an event at the first bar that opens
in the session, open until a bar closes at its end or later. Neutral; `level` is the price at which that bar opened.
Known when that bar closes. Strength 0. Hours are UTC the year round, without daylight saving; weekends are sessions
where they have bars. Bars as long as a session or longer give no events.
"""

from __future__ import annotations

import numpy as np

from fks_agents.bars import Bars
from fks_agents.deps import Detector
from fks_agents.events import Events
from tools.detectors._found import Found, events
from tools.detectors._ground import Ground, ground
from tools.detectors._periods import SESSIONS, hours, parts_of_days


def session_openings() -> Detector:
    """Detector of the three sessions."""

    def detect(bars: Bars) -> Events:
        seen = ground(bars)
        found = tuple(_opened(seen, name, kind) for kind, name in enumerate(SESSIONS))
        return events(seen, "sessions", tuple(SESSIONS), ((seen.up, found),))

    return detect


def _opened(seen: Ground, session: str, kind: int) -> Found:
    begin, length = hours(session)
    begins, row, _, _ = parts_of_days(seen, begin, length)
    is_open = seen.closed[-1:].max(initial=0) < begins + length
    return Found(row, row, seen.up.open[row], np.zeros(len(row)), is_open, kind=kind, leans=0)


detect = session_openings()

_: Detector = detect
