"""What is announced for the next seven days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fks_agents.contracts import CalendarEvent
from tools.indicators._definition import Facts, Values

FACTS: Facts = (
    ("events_7d", "count", "Scheduled events of the next 7 days, known at the decision"),
    ("medium_events_7d", "count", "Of those, the ones of medium importance"),
    ("high_events_7d", "count", "Of those, the ones of high importance"),
    ("days_to_event", "days", "Days from the decision to the next scheduled event"),
    ("days_to_high_event", "days", "Days from the decision to the next scheduled event of high importance"),
)


def describe(events: Sequence[CalendarEvent], as_of: datetime) -> Values:
    """Facts of the events of the next seven days; none where there are none, or nobody knows of any."""
    if not events:
        return {}
    values: Values = {
        "events_7d": len(events),
        "medium_events_7d": sum(event.importance == "medium" for event in events),
        "high_events_7d": sum(event.importance == "high" for event in events),
        "days_to_event": _days(events, as_of),
    }
    high = [event for event in events if event.importance == "high"]
    if high:
        values["days_to_high_event"] = _days(high, as_of)
    return values


def _days(events: Sequence[CalendarEvent], as_of: datetime) -> float:
    return (min(event.at for event in events) - as_of).total_seconds() / 86_400.0
