"""When bars close: on the grid around the clock, and with the sessions of New York."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings as how, strategies as st

from fks_agents.bars import SECONDS
from fks_agents.contracts import Timeframe
from graphs.opening import moment_of
from tools.calendar.closes import Sessions, closes_between, last_close, next_close

FRAMES: tuple[Timeframe, ...] = ("1m", "15m", "1h", "4h", "1d", "1w")


@pytest.mark.parametrize(
    ("timeframe", "sessions", "at", "last", "following"),
    [
        ("1h", "always", "2026-01-05T12:00:00Z", "2026-01-05T12:00:00Z", "2026-01-05T13:00:00Z"),
        ("4h", "always", "2026-01-05T11:59:59Z", "2026-01-05T08:00:00Z", "2026-01-05T12:00:00Z"),
        ("1d", "always", "2026-01-05T11:00:00Z", "2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z"),
        ("1w", "always", "2026-01-07T00:00:00Z", "2026-01-05T00:00:00Z", "2026-01-12T00:00:00Z"),  # Mondays
        # 16:00 New York is 21:00 UTC in winter and 20:00 in summer.
        ("1d", "new_york", "2026-01-05T20:59:59Z", "2026-01-02T21:00:00Z", "2026-01-05T21:00:00Z"),
        ("1d", "new_york", "2026-07-06T20:00:00Z", "2026-07-06T20:00:00Z", "2026-07-07T20:00:00Z"),
        # Independence Day 2026 is a Saturday: the exchange is closed on Friday, 3 July.
        ("1d", "new_york", "2026-07-03T22:00:00Z", "2026-07-02T20:00:00Z", "2026-07-06T20:00:00Z"),
        ("1w", "new_york", "2026-07-03T22:00:00Z", "2026-07-02T20:00:00Z", "2026-07-10T20:00:00Z"),
        # The session from 14:30 to 21:00 UTC ends stretches at 15:00, 16:00 ... 21:00; of 4 hours, at 16:00 ... 24:00.
        ("1h", "new_york", "2026-01-05T14:30:00Z", "2026-01-02T21:00:00Z", "2026-01-05T15:00:00Z"),
        ("1h", "new_york", "2026-01-05T21:30:00Z", "2026-01-05T21:00:00Z", "2026-01-06T15:00:00Z"),
        ("4h", "new_york", "2026-01-05T22:00:00Z", "2026-01-05T20:00:00Z", "2026-01-06T00:00:00Z"),
        ("30m", "new_york", "2026-01-05T14:59:00Z", "2026-01-02T21:00:00Z", "2026-01-05T15:00:00Z"),
    ],
)
def test_the_closes_around_a_moment(
    timeframe: Timeframe, sessions: Sessions, at: str, last: str, following: str
) -> None:
    assert last_close(timeframe, moment_of(at), sessions) == moment_of(last)
    assert next_close(timeframe, moment_of(at), sessions) == moment_of(following)


def test_closes_between_two_leaves_both_out() -> None:
    monday = datetime(2026, 1, 5, 21, tzinfo=UTC)
    assert closes_between("1d", monday, monday + timedelta(days=4), "new_york") == 3
    assert closes_between("1h", monday, monday + timedelta(hours=5), "always") == 4
    assert closes_between("1h", monday, monday + timedelta(hours=1), "always") == 0
    assert closes_between("1h", monday, monday, "always") == 0
    # A weekend in which New York does not trade: Monday follows Friday.
    assert closes_between("1d", monday + timedelta(days=4), monday + timedelta(days=7), "new_york") == 0


@how(max_examples=60, deadline=None)
@given(
    st.integers(0, 3 * 365 * 86_400).map(lambda second: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=second)),
    st.sampled_from(FRAMES),
    st.sampled_from(["always", "new_york"]),
)
def test_a_close_follows_the_last_one_and_none_lies_between(
    at: datetime, timeframe: Timeframe, sessions: Sessions
) -> None:
    last, following = last_close(timeframe, at, sessions), next_close(timeframe, at, sessions)
    assert last <= at < following
    assert closes_between(timeframe, last, following, sessions) == 0
    assert next_close(timeframe, last, sessions) == following
    assert last_close(timeframe, following, sessions) == following
    if sessions == "always":
        assert following - last == timedelta(seconds=SECONDS[timeframe])
