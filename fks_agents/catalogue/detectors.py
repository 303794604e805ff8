"""Market-structure events, newest first. The facts that were made of them may be quoted, the events themselves not."""

from __future__ import annotations

from typing import Literal

from pydantic import JsonValue

from fks_agents.catalogue._seen import Question, Result, View, named
from fks_agents.contracts import Event
from tools.indicators import structure

TEXT = "The newest market-structure events (swings, breaks, gaps) of one direction, and the facts made of them."
IS_OUTSIDE = False
LISTED = 12
_FACTS = tuple(name for name, *_ in structure.FACTS)


class Arguments(Question):
    direction: Literal["any", "bullish", "bearish"]
    only_open: bool


def look(arguments: Arguments, view: View) -> Result:
    chosen = [
        event
        for event in view.snapshot.events
        if arguments.direction in ("any", event.direction) and (event.is_open or not arguments.only_open)
    ]
    newest = sorted(chosen, key=lambda event: event.confirmed_at, reverse=True)[:LISTED]
    return Result(
        facts=named(view.snapshot, _FACTS), other={"events": [_told(event) for event in newest], "found": len(chosen)}
    )


def _told(event: Event) -> JsonValue:
    return {
        "kind": event.kind,
        "direction": event.direction,
        "confirmed_at": event.confirmed_at.isoformat(),
        "level": event.level,
        "is_open": event.is_open,
    }
