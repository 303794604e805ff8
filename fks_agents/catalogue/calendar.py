"""Scheduled events of the next seven days. Their names are words from outside; how many there are is a fact."""

from __future__ import annotations

from typing import Literal

from fks_agents.catalogue._seen import Question, Result, View, named
from tools.indicators import schedule

TEXT = "Scheduled events of the next seven days, of at least that importance, and the facts that count them."
IS_OUTSIDE = True
_FACTS = tuple(name for name, *_ in schedule.FACTS)
_RANKS = {"low": 0, "medium": 1, "high": 2}


class Arguments(Question):
    importance: Literal["low", "medium", "high"]


def look(arguments: Arguments, view: View) -> Result:
    least = _RANKS[arguments.importance]
    events = [event for event in view.snapshot.calendar if _RANKS[event.importance] >= least]
    return Result(
        facts=named(view.snapshot, _FACTS),
        other={
            "events": [
                {"at": event.at.isoformat(), "importance": event.importance, "name": event.name} for event in events
            ]
        },
    )
