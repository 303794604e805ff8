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
        begins, row = _edges(seen, length, offset)
        used = np.flatnonzero(row[1:] > row[:-1])
        seen.kept[key] = Periods(begins[used], row[used], row[used + 1])
    found: Periods = seen.kept[key]
    return found


def _edges(seen: Ground, length: int, offset: int) -> tuple[Nanoseconds, Rows]:
    """Where periods begin, from the first bar's to the one after the last bar's, and the first row from there on."""
    key = ("edges", length, offset % length)
    if key not in seen.kept:
        first, end = ((time - offset) // length for time in (seen.opened[0], seen.opened[-1] + length))
        begins = np.arange(first, end + 1) * length + offset
        seen.kept[key] = begins, np.searchsorted(seen.opened, begins)
    found: tuple[Nanoseconds, Rows] = seen.kept[key]
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
    again: Rows
    """The first row that opens a day after its beginning, or later."""


def parts_of_days(seen: Ground, begin: int, length: int) -> Parts:
    """The `length` nanoseconds of each UTC day from `begin` after midnight on; none where a bar is as long as that."""
    if not seen.count or not is_within(seen, length):
        nothing = np.empty(0, dtype=np.int64)
        return Parts(nothing, nothing, nothing, nothing)
    begins, row = _edges(seen, DAY, begin)
    ends, end_row = _edges(seen, DAY, begin + length)
    # The first edge may be the end of a part that began before the first bar's day.
    end = end_row[(begins[0] + length - ends[0]) // DAY :][: len(row) - 1]
    used = np.flatnonzero(end > row[:-1])
    return Parts(begins[used], row[used], end[used], row[used + 1])


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
