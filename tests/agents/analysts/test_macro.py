"""The macro rules, with numbers worked by hand."""

from __future__ import annotations

import pytest

from fks_agents.agents.analysts.macro import view
from fks_agents.agents.evidence import Abstention, View
from tests.agents.conftest import RISING, snapshot_of


def test_a_friendly_world_by_hand() -> None:
    # vix percentile 25: 0.5; vix -2: 0.2; spread +0.1: 1.5 x -0.2; wti +5: 0.5 x 0.25; cpi 2.1: 0.2
    # = 0.5 + 0.2 - 0.3 + 0.125 + 0.2 = 0.725 of 5; agreement 0.725 / 1.325
    seen = view(snapshot_of(RISING))
    assert isinstance(seen, View)
    assert seen.stance == pytest.approx(0.725 / 5)
    assert seen.conviction == pytest.approx(0.725 / 1.325)
    assert [(claim.text, claim.direction) for claim in seen.claims] == [
        ("The VIX percentile of 252 days is 25 %", "bullish"),
        ("The credit spread rose 0.100 percentage points in 12 months", "bearish"),
        ("VIX fell 2 points in 20 days", "bullish"),
        ("Core CPI rose 2.10 % in 12 months", "bullish"),
        ("WTI rose 5 % in 20 days", "bullish"),
    ]


def test_half_a_world_is_half_a_conviction() -> None:
    # the spread and core CPI: weight 2.5 of 5, both against
    seen = view(snapshot_of({"credit_spread_change_12": 0.5, "core_cpi_change_12": 4.5}))
    assert isinstance(seen, View)
    assert (seen.stance, seen.conviction) == (-1.0, 0.5)


def test_without_series_there_is_no_view() -> None:
    assert view(snapshot_of({"close": 1.0})) == Abstention("no macro series is known for hand at 2018-12-24")
