"""The structure rules, with numbers worked by hand."""

from __future__ import annotations

import pytest

from fks_agents.agents.analysts.structure import view
from fks_agents.agents.evidence import View
from tests.agents.conftest import RISING, snapshot_of


def test_a_fresh_break_upwards_by_hand() -> None:
    # 2 x (1 - 12/60) + 1 x (3-1)/4 + 1 x 3/6 + 1 x 3/6 = 1.6 + 0.5 + 0.5 + 0.5 = 3.1 of weight 5; 5 of 6 is known
    seen = view(snapshot_of(RISING))
    assert isinstance(seen, View)
    assert (seen.stance, seen.conviction) == pytest.approx((3.1 / 5, 5 / 6))
    assert [claim.text for claim in seen.claims] == [
        "The last break was bullish, 12 bars ago",
        "Bullish breaks: 3; bearish breaks: 1",
        "The last swing high is 3 % above the swing high before it",
        "The last swing low is 3 % above the swing low before it",
    ]


def test_a_break_that_did_not_hold_counts_half() -> None:
    # 1.6 becomes 0.8
    seen = view(snapshot_of(RISING | {"last_break_holds": "no"}))
    assert isinstance(seen, View)
    assert seen.stance == pytest.approx(2.3 / 5)


def test_an_old_break_says_nothing() -> None:
    # 60 bars and more: 0 of weight 2
    seen = view(snapshot_of(RISING | {"bars_since_last_break": 75.0}))
    assert isinstance(seen, View)
    assert seen.stance == pytest.approx(1.5 / 5)


def test_the_nearest_open_gaps_pull() -> None:
    # bullish 1.5 ATR away: 0.5 x 0.5; bearish 0.3 ATR away: -0.5 x 0.9; together -0.2 beside 3.1, weight 6
    seen = view(snapshot_of(RISING | {"close_to_bullish_gap_atr": 1.5, "close_to_bearish_gap_atr": -0.3}))
    assert isinstance(seen, View)
    assert seen.stance == pytest.approx(2.9 / 6)
    assert "The close is 0.300 ATR below the edge of the nearest bearish gap" in [claim.text for claim in seen.claims]


def test_a_far_gap_is_left_out() -> None:
    near, far = snapshot_of(RISING), snapshot_of(RISING | {"close_to_bullish_gap_atr": 3.0})
    assert view(near) == view(far)
