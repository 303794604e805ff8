"""Risk: what can go wrong. The stance is never above zero: this analyst warns, it does not recommend.

Each piece scores from 0 (nothing to fear) to -1, clipped:

    w 2    volatility_percentile   -(x - 50 %) / 50 %
    w 1.5  drawdown_now            -x / 20 %
    w 1.5  var_95                  -(x - 1 %) / 3 %
    w 1    quality_score           -(100 - x) / 40
    w 1    account_drawdown        -x / 10 %
    w 1    account_losing_streak   -n / 4

All pieces agree, so the conviction is how much of what is wanted is known (0 where nothing is to be feared).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from fks_agents.agents.evidence import Abstention, Evidence, View, clip, number, numeric, weigh
from fks_agents.contracts import Snapshot

FACTS = (
    "volatility_percentile", "volatility_20", "volatility_ratio", "drawdown_now", "max_drawdown_252", "var_95",
    "cvar_95", "worst_loss_250", "kurtosis_250", "skewness_250", "expected_move_1", "quality_score", "account_equity",
    "account_drawdown", "account_losing_streak", "account_day_return", "days_to_high_event", "close",
)  # fmt: skip


class Piece(NamedTuple):
    fact: str
    weight: float
    harmless: float
    """The value up to which there is nothing to fear."""
    dire: float
    """The value that scores -1."""
    text: str


PIECES = (
    Piece("volatility_percentile", 2.0, 50.0, 100.0, "The volatility percentile is {} %"),
    Piece("drawdown_now", 1.5, 0.0, 20.0, "The close is {} % below its peak"),
    Piece("var_95", 1.5, 1.0, 4.0, "The value at risk of one bar is {} %"),
    Piece("quality_score", 1.0, 100.0, 60.0, "The data quality score is {}"),
    Piece("account_drawdown", 1.0, 0.0, 10.0, "The account is {} % below its peak"),
    Piece("account_losing_streak", 1.0, 0.0, 4.0, "The account's losing streak is {}"),
)


def view(snapshot: Snapshot) -> View | Abstention:
    return weigh("risk", _known(snapshot), sum(piece.weight for piece in PIECES))


def _known(snapshot: Snapshot) -> Iterator[Evidence]:
    for piece in PIECES:
        if (found := numeric(snapshot, piece.fact)) is not None:
            fact, value = found
            fear = clip((value - piece.harmless) / (piece.dire - piece.harmless), 0.0)
            yield Evidence(piece.text.format(number(value)), -fear, piece.weight, value, fact.unit, (fact.id,))
