"""Headlines, counted. Their text stays outside: it is somebody else's word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from fks_agents.contracts import Headline
from tools.indicators._arithmetic import ratio
from tools.indicators._definition import Facts, Values
from tools.indicators._tone import DOWN as DOWN, FOREIGN as FOREIGN, UP as UP, side as side

WEEK = timedelta(days=7)
MOST = 200
"""Headlines that are looked at; of more, the newest."""

FACTS: Facts = (
    ("headlines_7d", "count", "Headlines on the symbol published in the 7 days before the decision, 200 at most"),
    ("headlines_1d", "count", "Headlines on the symbol published in the 24 hours before the decision"),
    (
        "headlines_good_7d",
        "count",
        "Of those of 7 days, the ones that say, in plain English and without a doubt, that a market rises",
    ),
    ("headlines_bad_7d", "count", "Of those of 7 days, the ones that say so that one falls"),
    ("headlines_tone_7d", "ratio", "(good - bad) / all headlines of 7 days, -1 to 1"),
    ("headline_age", "days", "Days from the newest headline to the decision"),
)


def recent(headlines: Sequence[Headline], as_of: datetime) -> tuple[Headline, ...]:
    """Those of the last seven days, oldest first, the newest 200 at most."""
    return tuple(headline for headline in headlines if as_of - headline.published_at <= WEEK)[-MOST:]


def describe(headlines: Sequence[Headline], as_of: datetime) -> Values:
    """Facts of the headlines of seven days, oldest first; none where there are none."""
    if not headlines:
        return {}
    sides = [side(headline.text) for headline in headlines]
    good, bad = sum(each > 0 for each in sides), sum(each < 0 for each in sides)
    return {
        "headlines_7d": len(headlines),
        "headlines_1d": sum(as_of - headline.published_at <= timedelta(days=1) for headline in headlines),
        "headlines_good_7d": good,
        "headlines_bad_7d": bad,
        "headlines_tone_7d": ratio(good - bad, len(headlines)),
        "headline_age": (as_of - headlines[-1].published_at).total_seconds() / 86_400.0,
    }
