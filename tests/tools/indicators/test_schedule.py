from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from fks_agents.contracts import CalendarEvent
from tools.indicators import schedule

NOW = datetime(2018, 12, 24, 21, tzinfo=UTC)


def ahead(days: float, importance: Literal["low", "medium", "high"]) -> CalendarEvent:
    return CalendarEvent(name="event", at=NOW + timedelta(days=days), importance=importance)


def test_events_are_counted_and_the_next_is_dated() -> None:
    facts = schedule.describe([ahead(3.0, "high"), ahead(0.5, "low"), ahead(2.0, "medium"), ahead(5.0, "high")], NOW)
    assert facts == {
        "events_7d": 4, "medium_events_7d": 1, "high_events_7d": 2, "days_to_event": 0.5, "days_to_high_event": 3.0,
    }  # fmt: skip
    assert set(facts) == {name for name, _, _ in schedule.FACTS}


def test_without_events_nothing_is_said() -> None:
    assert schedule.describe([], NOW) == {}
    assert "days_to_high_event" not in schedule.describe([ahead(1.0, "low")], NOW)
