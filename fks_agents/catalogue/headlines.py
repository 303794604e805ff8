"""The headlines of the last days, newest first: words from outside. How many there are, and their tone, are facts."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from fks_agents.catalogue._seen import Question, Result, View, named
from tools.indicators import headlines

TEXT = "The headlines of the last `days` days (1 to 7), newest first, and the facts that count them."
IS_OUTSIDE = True
LISTED = 20
_FACTS = tuple(name for name, *_ in headlines.FACTS)


class Arguments(Question):
    days: Annotated[int, Field(ge=1, le=7)]


def look(arguments: Arguments, view: View) -> Result:
    since = view.snapshot.as_of - timedelta(days=arguments.days)
    found = [headline for headline in view.snapshot.headlines if since <= headline.published_at][-LISTED:]
    return Result(
        facts=named(view.snapshot, _FACTS),
        other={
            "headlines": [
                {"published_at": each.published_at.isoformat(), "source": each.source, "text": each.text}
                for each in reversed(found)
            ]
        },
    )
