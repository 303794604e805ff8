"""Sentiment: which way the dated headlines of the last seven days lean, by a word list. A fallback, and weak.

stance     = headlines_tone_7d: (good headlines - bad headlines) / all; a headline that is not plain counts for nothing
conviction = 0.3 x min(1, headlines / 5) x |stance|^0.5: a word list knows no irony, and never speaks loudly

All of it rests on words from outside: it is there to be read, and has no vote (`fks_agents.agents.support`).
"""

from __future__ import annotations

from collections.abc import Mapping

import prompts
from fks_agents.agents.evidence import Abstention, Evidence, View, claim, clip, number, numeric
from fks_agents.contracts import Snapshot
from tools.indicators.headlines import recent

FACTS = (
    "headlines_7d", "headlines_1d", "headlines_good_7d", "headlines_bad_7d", "headlines_tone_7d", "headline_age",
    "close",
)  # fmt: skip
LOUDEST = 0.3
ENOUGH = 5
MOST_SHOWN = 40


def view(snapshot: Snapshot) -> View | Abstention:
    counted, tone = numeric(snapshot, "headlines_7d"), numeric(snapshot, "headlines_tone_7d")
    if counted is None or tone is None:
        return Abstention(f"no headlines on {snapshot.symbol} in the 7 days before {snapshot.as_of.date()}")
    stance = clip(tone[1])
    conviction = LOUDEST * min(1.0, counted[1] / ENOUGH) * abs(stance) ** 0.5
    pieces = (
        Evidence(f"The tone of headlines is {tone[1]:.2f} (word list)", stance, 1.0, tone[1], "ratio", (tone[0].id,)),
        Evidence(f"There are {number(counted[1])} headlines", 0.0, 1.0, counted[1], "count", (counted[0].id,)),
    )
    claims = tuple(claim(f"sentiment.{n}", piece) for n, piece in enumerate(pieces, start=1))
    return View(round(stance, 10), round(conviction, 10), claims)


def shown(snapshot: Snapshot) -> Mapping[str, str]:
    """The newest headlines, each in its fence."""
    week = recent(snapshot.headlines, snapshot.as_of)[-MOST_SHOWN:]
    lines = [f"{h.published_at.isoformat()}\n{prompts.fence('headline', f'{h.source}: {h.text}')}" for h in week]
    return {"headlines": "\n".join(lines)}
