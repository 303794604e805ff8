"""Headlines, counted. Their text stays outside: it is somebody else's word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from fks_agents.contracts import Headline
from tools.indicators._arithmetic import ratio
from tools.indicators._definition import Facts, Values

WEEK = timedelta(days=7)
MOST = 200
"""Headlines that are looked at; of more, the newest."""

GOOD = frozenset({
    "beat", "beats", "bullish", "climb", "climbs", "gain", "gains", "growth", "jump", "jumps", "optimism", "outperform",
    "outperforms", "profit", "profits", "rallies", "rally", "rebound", "rebounds", "record", "recovers", "recovery",
    "rise", "rises", "soar", "soars", "strong", "surge", "surges", "upbeat", "upgrade", "upgrades",
})  # fmt: skip
BAD = frozenset({
    "bankruptcy", "bearish", "crash", "crashes", "crisis", "cut", "cuts", "decline", "declines", "default", "defaults",
    "downgrade", "downgrades", "drop", "drops", "fall", "falls", "fear", "fears", "fraud", "loss", "losses", "miss",
    "misses", "plunge", "plunges", "recession", "selloff", "sink", "sinks", "slump", "slumps", "tumble", "tumbles",
    "warning", "warns", "weak",
})  # fmt: skip
"""Words of headlines that take a side. A count of them is crude: it knows negation, and no irony."""

NEGATIONS = frozenset({
    "not", "no", "never", "without", "fails", "failed", "avoid", "avoids", "unlikely", "cannot", "neither", "nor",
})  # fmt: skip
REACH = 3
"""Words over which a negation reaches."""

FACTS: Facts = (
    ("headlines_7d", "count", "Headlines on the symbol published in the 7 days before the decision, 200 at most"),
    ("headlines_1d", "count", "Headlines on the symbol published in the 24 hours before the decision"),
    (
        "headlines_good_7d",
        "count",
        "Of those of 7 days, the ones with more good than bad words of a fixed list, a negated one turned round",
    ),
    ("headlines_bad_7d", "count", "Of those of 7 days, the ones with more bad than good words of that list"),
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


def side(text: str) -> int:
    """Good less bad words, each turned round where one of the three words before it negates it."""
    words = re.findall(r"[a-z]+(?:'t)?", text.lower().replace("’", "'"))
    total = 0
    for place, word in enumerate(words):
        lean = (word in GOOD) - (word in BAD)
        before = words[max(0, place - REACH) : place]
        total += -lean if any(other in NEGATIONS or other.endswith("n't") for other in before) else lean
    return total
