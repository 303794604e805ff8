"""Days, weeks and parts of a day in UTC, as rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fks_agents.bars import SECONDS, Nanoseconds
from fks_agents.contracts import Timeframe
from fks_agents.errors import UsageError
from fks_agents.events import Rows
from tools.detectors._ground import Ground

HOUR = 3_600_000_000_000
DAY = 24 * HOUR
WEEK = 7 * DAY
MONDAY = 4 * DAY
"""1 January 1970 was a Thursday."""


class Periods(NamedTuple):
    """Stretches of rows that open in one period; oldest first, those without a bar left out."""

    begins: Nanoseconds
    first: Rows
    end: Rows
    """One past the last row; the number of bars for the newest."""


def periods(seen: Ground, length: int, offset: int = 0) -> Periods:
    """Periods of `length` nanoseconds; one of them begins at `offset` after 1 January 1970."""
    key = ("periods", length, offset)
    if key not in seen.kept:
        number = (seen.opened - offset) // length
        first = np.concatenate(([0], np.flatnonzero(number[1:] != number[:-1]) + 1))[: seen.count]
        seen.kept[key] = Periods(number[first] * length + offset, first, np.append(first[1:], seen.count))
    found: Periods = seen.kept[key]
    return found


def is_within(seen: Ground, length: int) -> bool:
    """Whether the bars are shorter than a period of `length` nanoseconds."""
    return SECONDS[seen.timeframe] * 1_000_000_000 < length


class Parts(NamedTuple):
    """One part of each day that has bars in it."""

    begins: Nanoseconds
    first: Rows
    end: Rows
    """One past the last row that opens in it."""


def parts_of_days(seen: Ground, begin: int, length: int) -> Parts:
    """The `length` nanoseconds of each UTC day from `begin` after midnight on; none where a bar is as long as that."""
    key = ("parts", begin, length)
    if key not in seen.kept:
        days = np.empty(0, dtype=np.int64)
        if seen.count and is_within(seen, length):
            days = np.arange((seen.opened[0] - begin) // DAY, (seen.opened[-1] - begin) // DAY + 1) * DAY + begin
        first, end = np.searchsorted(seen.opened, days), np.searchsorted(seen.opened, days + length)
        used = end > first
        seen.kept[key] = Parts(days[used], first[used], end[used])
    found: Parts = seen.kept[key]
    return found


SESSIONS = {"asia": (0, 8), "london": (7, 16), "new_york": (12, 21)}
"""First hour and end of the sessions, UTC the year round."""


def hours(session: str) -> tuple[int, int]:
    """Begin after midnight and length of a session, in nanoseconds; raises UsageError for an unknown one."""
    if session not in SESSIONS:
        raise UsageError(f"unknown session {session!r}; expected one of {', '.join(SESSIONS)}")
    begin, end = SESSIONS[session]
    return begin * HOUR, (end - begin) * HOUR


HIGHER: dict[Timeframe, Timeframe] = {
    "1m": "15m", "5m": "1h", "15m": "4h", "30m": "4h", "1h": "1d", "4h": "1d", "1d": "1w",
}  # fmt: skip
"""What a trader looks up at, by what is traded."""
