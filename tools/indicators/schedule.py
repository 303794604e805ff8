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
    values: Values = {
        "events_7d": len(events),
        "medium_events_7d": sum(event.importance == "medium" for event in events),
        "high_events_7d": sum(event.importance == "high" for event in events),
    }
    for name, chosen in (
        ("days_to_event", events),
        ("days_to_high_event", [event for event in events if event.importance == "high"]),
    ):
        if chosen:
            values[name] = (min(event.at for event in chosen) - as_of).total_seconds() / 86_400.0
    return values
