from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from tools.calendar import nyse


@pytest.fixture(scope="module")
def oracle() -> object:
    exchange_calendars = pytest.importorskip("exchange_calendars")
    return exchange_calendars.get_calendar("XNYS", start="1981-01-01", end="2027-10-29")


def test_the_sessions_of_46_years_are_those_of_exchange_calendars(oracle) -> None:  # type: ignore[no-untyped-def]
    theirs = [day.date() for day in oracle.sessions]

    assert list(nyse.sessions(date(1981, 1, 1), date(2027, 10, 29)).astype(object)) == theirs


def test_the_early_closes_since_1995_are_those_of_exchange_calendars(oracle) -> None:  # type: ignore[no-untyped-def]
    theirs = [day.date() for day in oracle.early_closes if day.year >= 1995]
    ours = [day for year in range(1995, 2028) for day in nyse.early_closes(year) if day <= date(2027, 10, 29)]

    assert ours == theirs


@pytest.mark.parametrize(
    "year, sunday", [(1999, date(1999, 4, 4)), (2008, date(2008, 3, 23)), (2018, date(2018, 4, 1))]
)
def test_easter_is_where_the_almanac_says(year: int, sunday: date) -> None:
    assert nyse.easter(year) == sunday


def test_a_closure_by_notice_is_no_session_and_was_scheduled_as_one() -> None:
    reagan = np.array(["2004-06-11"], dtype="datetime64[D]")

    assert not nyse.is_session(reagan)[0]
    assert nyse.is_session(reagan, scheduled=True)[0]


def test_the_next_session_skips_weekend_and_holiday() -> None:
    # Friday 2018-05-25, then the weekend and Memorial Day.
    assert nyse.next_session(date(2018, 5, 25)) == date(2018, 5, 29)
