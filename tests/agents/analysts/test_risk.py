"""The risk rules: they warn, and never recommend."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from fks_agents.agents.analysts.risk import PIECES, view
from fks_agents.agents.evidence import View
from tests.agents.conftest import RISING, snapshot_of


def test_a_strained_market_by_hand() -> None:
    # volatility 2 x -(60-50)/50, drawdown 1.5 x -2/20, value at risk 1.5 x -(1.6-1)/3 = -0.4 - 0.15 - 0.3 of 5; 5 of 8
    seen = view(snapshot_of(RISING))
    assert isinstance(seen, View)
    assert (seen.stance, seen.conviction) == pytest.approx((-0.85 / 5, 0.625))
    assert [claim.text for claim in seen.claims] == [
        "The volatility percentile is 60 %",
        "The value at risk of one bar is 1.60 %",
        "The close is 2 % below its peak",
    ]


@given(st.lists(st.floats(-200, 200), min_size=len(PIECES), max_size=len(PIECES)))
@settings(max_examples=50, deadline=None)
def test_the_stance_is_never_above_zero(values: list[float]) -> None:
    seen = view(snapshot_of({piece.fact: value for piece, value in zip(PIECES, values, strict=True)}))
    assert isinstance(seen, View)
    assert -1 <= seen.stance <= 0


def test_nothing_to_fear_has_no_conviction() -> None:
    seen = view(snapshot_of({piece.fact: piece.harmless for piece in PIECES}))
    assert isinstance(seen, View)
    assert (seen.stance, seen.conviction) == (0.0, 0.0)
