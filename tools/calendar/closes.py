"""When bars close: by the grid of their timeframe, and by the sessions of the market where it has any.

| sessions   | bars close                                                                                          |
|------------|-----------------------------------------------------------------------------------------------------|
| `always`   | at every whole multiple of their length in UTC, weeks on Mondays at midnight                         |
| `new_york` | daily at 16:00 New York on session days, weekly with the week's last session; shorter ones at every  |
|            | multiple of their length that ends a stretch of a session, the last at or after its end              |
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import Literal

import numpy as np

from fks_agents.bars import SECONDS, moment
from fks_agents.contracts import Timeframe
from tools.calendar import nyse

Sessions = Literal["always", "new_york"]

_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


def last_close(timeframe: Timeframe, at: datetime, sessions: Sessions) -> datetime:
    """The newest close at or before `at`."""
    if sessions == "always":
        return _grid(timeframe, at)
    day = at.astimezone(nyse.ZONE).date() + _DAY
    while True:
        past = [close for close in _closes_of(day, timeframe) if close <= at]
        if past:
            return past[-1]
        day -= _DAY


def next_close(timeframe: Timeframe, after: datetime, sessions: Sessions) -> datetime:
    """The first close later than `after`."""
    if sessions == "always":
        return _grid(timeframe, after) + _length(timeframe)
    return next(_closes_after(timeframe, after))


def closes_between(timeframe: Timeframe, after: datetime, before: datetime, sessions: Sessions) -> int:
    """How many closes lie between the two, both left out."""
    if before <= after:
        return 0
    if sessions == "always":
        # The grid's point at or before a moment that is just before the end.
        last = _grid(timeframe, before - timedelta(microseconds=1))
        return (last - _grid(timeframe, after)) // _length(timeframe)
    return sum(1 for _ in takewhile(lambda close: close < before, _closes_after(timeframe, after)))


def _length(timeframe: Timeframe) -> timedelta:
    return timedelta(seconds=SECONDS[timeframe])


def _grid(timeframe: Timeframe, at: datetime) -> datetime:
    origin = _MONDAY if timeframe == "1w" else _EPOCH
    return origin + (at - origin) // _length(timeframe) * _length(timeframe)


def _closes_after(timeframe: Timeframe, after: datetime) -> Iterator[datetime]:
    day = after.astimezone(nyse.ZONE).date() - _DAY
    while True:
        yield from (close for close in _closes_of(day, timeframe) if close > after)
        day += _DAY


def _closes_of(day: date, timeframe: Timeframe) -> list[datetime]:
    """Closes that end a stretch of that day's session, in order; none where there is no session."""
    if not _is_session(day):
        return []
    end = moment(nyse.closes_at(day))
    if timeframe == "1d":
        return [end]
    if timeframe == "1w":
        return [end] if _is_last_of_week(day) else []
    step, close = _length(timeframe), _grid(timeframe, moment(nyse.opens_at(day)))
    found = []
    while close < end:
        close += step
        found.append(close)
    return found


def _is_session(day: date) -> bool:
    return bool(nyse.is_session(np.array([day], dtype="datetime64[D]"), scheduled=True)[0])


def _is_last_of_week(day: date) -> bool:
    return not any(_is_session(day + n * _DAY) for n in range(1, 5 - day.weekday()))
