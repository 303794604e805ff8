"""What is certain about US equities long ahead: closed days, early closes, monthly expiry of options.

Only what follows from a rule. Dates of data releases and central-bank meetings follow from none, so they are not here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from fks_agents.bars import nanoseconds
from fks_agents.contracts import CalendarEvent
from tools.calendar import nyse

AHEAD = timedelta(days=7)
_QUARTERLY = (3, 6, 9, 12)


def expiry(year: int, month: int) -> date:
    """Expiry of the month's equity options: its third Friday, or the day before where that is a holiday."""
    first = date(year, month, 1)
    third_friday = first + timedelta((4 - first.weekday()) % 7 + 14)
    is_session = nyse.is_session(np.array([third_friday], dtype="datetime64[D]"), scheduled=True)[0]
    return third_friday if is_session else third_friday - timedelta(1)


class UsEquityCalendar:
    """Scheduled events of the New York Stock Exchange and of listed US options."""

    def events(self, as_of: datetime) -> tuple[CalendarEvent, ...]:
        """Events after `as_of` and at most seven days ahead, by time; raises DataError for a time without zone."""
        nanoseconds(as_of)
        found = [event for event in _around(as_of.astimezone(UTC)) if as_of < event.at <= as_of + AHEAD]
        return tuple(sorted(found, key=lambda event: (event.at, event.name)))


def _around(as_of: datetime) -> Iterator[CalendarEvent]:
    first, last = as_of.date(), (as_of + AHEAD).date()
    for year in range(first.year, last.year + 1):
        for day, name in nyse.holidays(year).items():
            yield CalendarEvent(name=f"US stock exchanges closed: {name}", at=_at(day, nyse.OPEN), importance="low")
        for day, name in nyse.early_closes(year).items():
            text = f"US stock exchanges close at 13:00: {name}"
            yield CalendarEvent(name=text, at=_at(day, nyse.EARLY_CLOSE), importance="low")
    for year, month in sorted({(first.year, first.month), (last.year, last.month)}):
        quarterly = month in _QUARTERLY
        yield CalendarEvent(
            name="Quarterly expiry of US index futures and options" if quarterly else "Monthly expiry of US options",
            at=_at(expiry(year, month), nyse.CLOSE),
            importance="medium" if quarterly else "low",
        )


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, nyse.ZONE).astimezone(UTC)
