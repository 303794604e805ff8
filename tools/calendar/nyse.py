"""Sessions of the New York Stock Exchange by rule, from 1981 on; microseconds instead of a calendar library's import.

The rules are those in force since Election Day ceased to be a holiday; tests hold them against `exchange_calendars`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from fks_agents.bars import nanoseconds

ZONE = ZoneInfo("America/New_York")
OPEN, CLOSE, EARLY_CLOSE = time(9, 30), time(16), time(13)
BEGIN, END = date(1981, 1, 1), date(2100, 1, 1)
"""First and last day the rules are vouched for; outside, every weekday counts as a session."""

Days = NDArray[np.datetime64]

UNSCHEDULED: dict[date, str] = {
    date(1985, 9, 27): "Hurricane Gloria",
    date(1994, 4, 27): "mourning of President Nixon",
    date(2001, 9, 11): "terrorist attacks",
    date(2001, 9, 12): "terrorist attacks",
    date(2001, 9, 13): "terrorist attacks",
    date(2001, 9, 14): "terrorist attacks",
    date(2004, 6, 11): "mourning of President Reagan",
    date(2007, 1, 2): "mourning of President Ford",
    date(2012, 10, 29): "Hurricane Sandy",
    date(2012, 10, 30): "Hurricane Sandy",
    date(2018, 12, 5): "mourning of President Bush",
    date(2025, 1, 9): "mourning of President Carter",
}
"""Closures nobody knew months ahead: they excuse a gap, and never enter a schedule."""

_EARLY_BY_NOTICE = frozenset({date(1997, 12, 26), date(1999, 12, 31), date(2003, 12, 26)})


def easter(year: int) -> date:
    """Sunday of Easter in the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta((weekday - first.weekday()) % 7 + 7 * (n - 1))


def _nearest_weekday(day: date) -> date:
    return day + timedelta({5: -1, 6: 1}.get(day.weekday(), 0))


@lru_cache(maxsize=256)
def holidays(year: int) -> dict[date, str]:
    """Scheduled full-day closures of the year, by date."""
    last_of_may = _nth(year, 6, 0, 1) - timedelta(7)
    found = {
        _nth(year, 2, 0, 3): "Washington's Birthday",
        easter(year) - timedelta(2): "Good Friday",
        last_of_may: "Memorial Day",
        _nearest_weekday(date(year, 7, 4)): "Independence Day",
        _nth(year, 9, 0, 1): "Labor Day",
        _nth(year, 11, 3, 4): "Thanksgiving Day",
        _nearest_weekday(date(year, 12, 25)): "Christmas Day",
    }
    new_year = date(year, 1, 1)
    if new_year.weekday() != 5:  # a Saturday is not made up for: the books of the old year close on its last Friday
        found[new_year + timedelta(new_year.weekday() == 6)] = "New Year's Day"
    if year >= 1998:
        found[_nth(year, 1, 0, 3)] = "Martin Luther King Jr. Day"
    if year >= 2022:
        found[_nearest_weekday(date(year, 6, 19))] = "Juneteenth"
    return dict(sorted(found.items()))


@lru_cache(maxsize=256)
def early_closes(year: int) -> dict[date, str]:
    """Sessions of the year that end at 13:00 New York, by date; the rules hold from 1995 on."""
    fourth, christmas_eve = date(year, 7, 4), date(year, 12, 24)
    found = {_nth(year, 11, 3, 4) + timedelta(1): "day after Thanksgiving"}
    if christmas_eve.weekday() < 4:
        found[christmas_eve] = "Christmas Eve"
    if fourth.weekday() in {1, 2, 4} or (fourth.weekday() == 3 and year >= 2013):
        found[fourth - timedelta(1)] = "eve of Independence Day"
    elif fourth.weekday() == 3:
        found[fourth + timedelta(1)] = "day after Independence Day"
    found |= {day: "by notice" for day in _EARLY_BY_NOTICE if day.year == year}
    return dict(sorted(found.items()))


@lru_cache(maxsize=64)
def _closed_days(first: int, last: int, *, scheduled: bool) -> Days:
    days = [day for year in range(max(first, BEGIN.year), min(last, END.year - 1) + 1) for day in holidays(year)]
    if not scheduled:
        days += list(UNSCHEDULED)
    return np.array(sorted(days), dtype="datetime64[D]")


def is_session(days: Days, *, scheduled: bool = False) -> NDArray[np.bool_]:
    """Whether the exchange trades on each day; with `scheduled`, as was known a year ahead."""
    days = np.asarray(days, dtype="datetime64[D]")
    if not days.size:
        return np.zeros(days.shape, dtype=np.bool_)
    first, last = (int(str(day)[:4]) for day in (days.min(), days.max()))
    answer: NDArray[np.bool_] = np.is_busday(days, holidays=_closed_days(first, last, scheduled=scheduled))
    return answer


def sessions(first: date, last: date, *, scheduled: bool = False) -> Days:
    """Session days from `first` to `last`, both included."""
    days = np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + 1)
    return days[is_session(days, scheduled=scheduled)]


def next_session(day: date) -> date:
    """The first session after `day`."""
    following = day + timedelta(1)
    while following.weekday() > 4 or following in holidays(following.year) or following in UNSCHEDULED:
        following += timedelta(1)
    return following


@lru_cache(maxsize=32_768)
def _instant(day: date, clock: time) -> int:
    return nanoseconds(datetime.combine(day, clock, ZONE).astimezone(UTC))


def opens_at(day: date) -> int:
    """09:30 New York of the day, in nanoseconds since 1970 UTC."""
    return _instant(day, OPEN)


def closes_at(day: date) -> int:
    """16:00 New York of the day, in nanoseconds since 1970 UTC; early closes are ignored: the later time is safe."""
    return _instant(day, CLOSE)
