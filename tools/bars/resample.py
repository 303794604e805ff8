"""Higher bars from lower ones, without a look ahead.

Periods are UTC: hours of the day, days, weeks from Monday. On a New York venue a week ends with the scheduled close of
its last scheduled session (a holiday on Friday ends it on Thursday; a closure nobody could know of does not).

A higher bar is known at the first close in the feed from which its end can be told: the close of its own last lower bar
where that reaches the period's end, else the close of the next lower bar after it. That moment is its `closed`. So
`resample(bars.until(t), tf)` equals `resample(bars, tf).until(t)`, and the last, unfinished period is never there. The
first period is taken for whole: who cut the lower bars at a count leaves it out.
"""

from __future__ import annotations

import numpy as np

from fks_agents.bars import SECONDS, Bars, Nanoseconds
from fks_agents.contracts import Timeframe
from fks_agents.errors import UsageError
from tools.calendar import nyse

NEW_YORK = frozenset({"XNYS", "XNAS"})
"""Venues that keep the sessions of `tools.calendar.nyse`."""

_DAY = 86_400_000_000_000
_MONDAY = 4 * _DAY
"""1970-01-05, the first Monday of the epoch."""


def resample(bars: Bars, timeframe: Timeframe) -> Bars:
    """Complete bars of `timeframe`; raises UsageError where it is finer than the bars'."""
    if timeframe == bars.timeframe:
        return bars
    if SECONDS[timeframe] < SECONDS[bars.timeframe]:
        longer = ", ".join(name for name in SECONDS if SECONDS[name] >= SECONDS[bars.timeframe])
        raise UsageError(f"{bars.symbol}: expected a timeframe not finer than the bars' ({longer}), was {timeframe!r}")
    if not len(bars):
        return _merge(bars, timeframe, np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64))
    starts = _starts(bars.opened, timeframe)
    first = np.flatnonzero(np.diff(starts, prepend=starts[0] - 1))
    last = np.append(first[1:], len(bars)) - 1
    has_ended = bars.closed[last] >= _ends(starts[first], timeframe, bars.venue)
    known_by = np.where(has_ended, last, last + 1)
    whole = known_by < len(bars)
    names = bars.opened[first] if bars.venue in NEW_YORK else starts[first]
    return _merge(bars[: int(first[~whole][0])] if not whole.all() else bars, timeframe, first[whole],
                  names[whole], bars.closed[known_by[whole]])  # fmt: skip


def _starts(opened: Nanoseconds, timeframe: Timeframe) -> Nanoseconds:
    if timeframe == "1w":
        return (opened - _MONDAY) // (7 * _DAY) * (7 * _DAY) + _MONDAY
    step = SECONDS[timeframe] * 1_000_000_000
    return opened // step * step


def _ends(starts: Nanoseconds, timeframe: Timeframe, venue: str) -> Nanoseconds:
    if venue not in NEW_YORK or timeframe not in ("1d", "1w"):
        return starts + SECONDS[timeframe] * 1_000_000_000
    days = (starts[:, np.newaxis] + np.arange(7 if timeframe == "1w" else 1) * _DAY).astype("datetime64[ns]")
    days = days.astype("datetime64[D]")
    trades = nyse.is_session(days, scheduled=True)
    # A period without any scheduled session (bars on a holiday) ends with its last day.
    last = np.where(trades.any(axis=1), days.shape[1] - 1 - trades[:, ::-1].argmax(axis=1), days.shape[1] - 1)
    closes: Nanoseconds = np.array([nyse.closes_at(row[at].astype(object)) for row, at in zip(days, last, strict=True)])
    return closes


def _merge(bars: Bars, timeframe: Timeframe, first: Nanoseconds, opened: Nanoseconds, closed: Nanoseconds) -> Bars:
    """`bars` end with the last whole period; `first` are the rows where periods begin."""
    if not len(first):
        bars = bars[:0]
    last = np.append(first[1:], len(bars)) - 1 if len(first) else first
    high, low, volume = (
        reduce.reduceat(column, first) if len(first) else column
        for reduce, column in ((np.maximum, bars.high), (np.minimum, bars.low), (np.add, bars.volume))
    )
    return Bars(
        bars.symbol, timeframe, bars.venue, opened, closed,
        bars.open[first], high, low, bars.close[last], volume, bars.notes,
    )  # fmt: skip
