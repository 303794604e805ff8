"""The technical rules, with numbers worked by hand."""

from __future__ import annotations

import pytest

from fks_agents.agents.analysts.technical import view
from fks_agents.agents.evidence import Abstention, View
from tests.agents.conftest import RISING, STRONG_WEEK, snapshot_of


def test_a_rising_market_by_hand() -> None:
    # weight x score: 2 x 8/16, 1.5 x 5/10, 2 x 4/8, 1.5 x 10/20 (weekly), 1.5 x 10/20 (RSI), 1 x 5/10, 1 x 0.5/1, 1 x 0
    #               = 1 + 0.75 + 1 + 0.75 + 0.75 + 0.5 + 0.5 + 0 = 5.25 of 11.5
    seen = view(snapshot_of(RISING, STRONG_WEEK))
    assert isinstance(seen, View)
    assert seen.stance == pytest.approx(5.25 / 11.5)
    assert seen.conviction == 1.0
    assert [claim.text for claim in seen.claims[:3]] == [
        "The close is 8 % above its 200-bar average",
        "The 20-bar average is 4 % above the 50-bar average",
        "The close is 5 % above its 50-bar average",
    ]
    assert (seen.claims[0].id, seen.claims[0].fact_ids, seen.claims[0].value) == ("technical.1", ("F4",), 8.0)


def test_a_stretched_price_speaks_against_itself() -> None:
    # z_20 of 2.4: -(2.4 - 1.5) / 1.5 = -0.6, so 5.25 - 0.6 = 4.65; the pieces agree in 4.65 of 5.85
    seen = view(snapshot_of(RISING | {"z_20": 2.4}, STRONG_WEEK))
    assert isinstance(seen, View)
    assert seen.stance == pytest.approx(4.65 / 11.5)
    assert seen.conviction == pytest.approx(4.65 / 5.85)
    mine = next(claim for claim in seen.claims if claim.direction == "bearish")
    assert mine.text == "The close is 2.40 sigma above its 20-bar mean"


def test_distances_count_in_average_true_ranges() -> None:
    calm = view(snapshot_of({"atr_percent": 1.0, "close_to_sma_200": 4.0, "sma_20_to_sma_50": 0.0}))
    wild = view(snapshot_of({"atr_percent": 4.0, "close_to_sma_200": 4.0, "sma_20_to_sma_50": 0.0}))
    assert isinstance(calm, View)
    assert isinstance(wild, View)
    # 2 x 4/8 of weight 4, and 2 x 4/32 of weight 4
    assert (calm.stance, wild.stance) == (0.25, 0.0625)
    # all that speaks agrees, but only 4 of 11.5 is known
    assert calm.conviction == pytest.approx(4 / 11.5)


def test_too_few_facts_are_no_view() -> None:
    # RSI alone weighs 1.5 of 11.5
    assert view(snapshot_of({"rsi_14": 80.0})) == Abstention(
        "only 13% of the facts that technical weighs are known here"
    )
