from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from fks_agents.errors import DataError
from tools.calendar import open_calendar
from tools.calendar.us_equity import UsEquityCalendar, expiry


def test_the_week_of_christmas_2018_has_its_half_day_and_its_holiday() -> None:
    events = UsEquityCalendar().events(datetime(2018, 12, 21, 21, 30, tzinfo=UTC))

    assert [(event.name, event.at) for event in events] == [
        ("US stock exchanges close at 13:00: Christmas Eve", datetime(2018, 12, 24, 18, tzinfo=UTC)),
        ("US stock exchanges closed: Christmas Day", datetime(2018, 12, 25, 14, 30, tzinfo=UTC)),
    ]


def test_the_third_friday_of_december_is_a_quarterly_expiry() -> None:
    events = UsEquityCalendar().events(datetime(2018, 12, 17, 12, tzinfo=UTC))

    expiries = [(event.name, event.at, event.importance) for event in events if "expiry" in event.name]
    assert expiries == [
        ("Quarterly expiry of US index futures and options", datetime(2018, 12, 21, 21, tzinfo=UTC), "medium")
    ]


def test_an_expiry_on_good_friday_moves_to_thursday() -> None:
    assert expiry(2008, 3) == date(2008, 3, 20)
    assert expiry(2018, 6) == date(2018, 6, 15)


def test_new_year_is_seen_from_the_old_year() -> None:
    events = UsEquityCalendar().events(datetime(2018, 12, 28, 22, tzinfo=UTC))

    assert [event.name for event in events] == ["US stock exchanges closed: New Year's Day"]


def test_events_lie_after_as_of_and_within_seven_days() -> None:
    calendar = UsEquityCalendar()
    for day in range(0, 7300, 5):
        as_of = datetime(1999, 1, 4, 21, tzinfo=UTC) + timedelta(days=day)
        for event in calendar.events(as_of):
            assert as_of < event.at <= as_of + timedelta(days=7)


def test_a_closure_by_notice_is_never_announced() -> None:
    # President Bush died on 30 November 2018; on the 29th nobody knew of the closure of 5 December.
    assert UsEquityCalendar().events(datetime(2018, 11, 29, 22, tzinfo=UTC)) == ()


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(DataError, match="expected a time with a zone"):
        UsEquityCalendar().events(datetime(2018, 12, 21))  # noqa: DTZ001


def test_only_the_sample_has_a_calendar() -> None:
    assert isinstance(open_calendar("sample"), UsEquityCalendar)
    assert open_calendar("csv:x.csv") is None
