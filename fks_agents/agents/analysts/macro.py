"""Macro: does the world outside support taking risk? Signs are conventions, stated here, not measured edges.

    w 1    vix_percentile_252         -(x - 50 %) / 50 %      fear is high
    w 1    vix_change_20              -x / 10 points          fear rises
    w 1.5  credit_spread_change_12    -x / 0.5 points         lenders want more for risk than a year ago
    w 0.5  wti_change_20              +x / 20 %               oil follows demand
    w 1    core_cpi_change_12         -(x - 2.5 %) / 2 %      inflation is above what central banks bear

all clipped to [-1, 1]; each series as it was published at `as_of`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from fks_agents.agents.evidence import Abstention, Evidence, View, clip, number, numeric, weigh
from fks_agents.contracts import Snapshot


class Piece(NamedTuple):
    fact: str
    weight: float
    middle: float
    reach: float
    """Distance from the middle that scores 1; negative where more is worse."""
    text: str
    """Of the verb, where there is one, and the number."""


PIECES = (
    Piece("vix_percentile_252", 1.0, 50.0, -50.0, "The VIX percentile of 252 days is {number} %"),
    Piece("vix_change_20", 1.0, 0.0, -10.0, "VIX {verb} {number} points in 20 days"),
    Piece(
        "credit_spread_change_12", 1.5, 0.0, -0.5, "The credit spread {verb} {number} percentage points in 12 months"
    ),
    Piece("wti_change_20", 0.5, 0.0, 20.0, "WTI {verb} {number} % in 20 days"),
    Piece("core_cpi_change_12", 1.0, 2.5, -2.0, "Core CPI {verb} {number} % in 12 months"),
)
FACTS = (
    *(piece.fact for piece in PIECES),
    "vix", "credit_spread", "wti", "core_cpi", "aaa_yield", "baa_yield", "vix_z_252", "wti_z_252", "vix_age",
    "credit_spread_age", "wti_age", "core_cpi_age", "days_to_high_event", "close",
)  # fmt: skip


def view(snapshot: Snapshot) -> View | Abstention:
    known = list(_known(snapshot))
    if not known:
        return Abstention(f"no macro series is known for {snapshot.source} at {snapshot.as_of.date()}")
    return weigh("macro", known, sum(piece.weight for piece in PIECES))


def _known(snapshot: Snapshot) -> Iterator[Evidence]:
    for piece in PIECES:
        if (found := numeric(snapshot, piece.fact)) is not None:
            fact, value = found
            score = clip((value - piece.middle) / piece.reach)
            text = piece.text.format(verb="rose" if value > 0 else "fell", number=number(abs(value)))
            yield Evidence(text, score, piece.weight, value, fact.unit, (fact.id,))
