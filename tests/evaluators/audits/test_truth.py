"""Stances against what came, with numbers worked out by hand."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from evaluators.audits.truth import Stance, apart, associations, leans, stances
from memory.judgements import Scope
from memory.ledger import Ledger
from tests.evaluators.audits.recorded import BEGIN, decide


def held(day: int, stance: float, came: float, *, agent: str = "a", conviction: float = 0.8, days: int = 1) -> Stance:
    at = BEGIN + timedelta(days=day)
    return Stance(agent, "SPX", at, at + timedelta(days=days), stance, conviction, came)


def record(right_up: int, wrong_up: int, right_down: int, wrong_down: int, *, agent: str = "a") -> list[Stance]:
    """So many bullish stances that were right and wrong, and so many bearish ones, a day each."""
    pairs = [(1, 1)] * right_up + [(1, -1)] * wrong_up + [(-1, -1)] * right_down + [(-1, 1)] * wrong_down
    return [held(day, stance, came, agent=agent) for day, (stance, came) in enumerate(pairs)]


def test_chi_square_by_hand() -> None:
    (found,) = associations(record(16, 4, 14, 6), seed=7)
    assert (found.said, found.came, found.table) == (("bearish", "bullish"), ("down", "up"), ((14, 6), (4, 16)))
    # expected 9 down and 11 up in each row: 2 x 25/9 + 2 x 25/11
    assert found.statistic == pytest.approx(50 / 9 + 50 / 11)
    assert found.method == "chi-square"
    assert found.p == pytest.approx(0.001482, abs=1e-6)
    assert (found.directional, found.right, found.is_found) == (40, 30, True)


def test_brier_and_reliability_by_hand() -> None:
    (found,) = associations(record(16, 4, 14, 6), seed=7)
    # 30 of 40 right at a conviction of 0.8: 0.75 x 0.04 + 0.25 x 0.64
    assert found.brier is not None
    assert found.brier.value == pytest.approx(0.19)
    # always stating 0.75 would get 0.1875
    assert found.skill == pytest.approx(1 - 0.19 / 0.1875)
    (only,) = found.bins
    assert (only.low, only.stances, only.came) == (0.8, 40, 0.75)
    assert only.stated == pytest.approx(0.8)
    assert found.calibration_error == pytest.approx(0.05)


def test_one_that_is_always_bullish_in_a_rising_market_is_not_found() -> None:
    """Right three times of four, and nothing but the market's drift."""
    (found,) = associations(record(30, 10, 0, 0), seed=7)
    assert (found.share.value, found.p, found.is_found) == (0.75, None, False)
    assert "at least two different words" in found.reason


def test_one_that_is_wrong_more_often_than_chance_is_not_found_either() -> None:
    (found,) = associations(record(4, 16, 6, 14), seed=7)
    assert found.p_adjusted is not None
    assert found.p_adjusted < 0.05
    assert not found.is_found


def test_many_agents_without_skill_are_corrected_for_their_number() -> None:
    """Of 20 coins about one looks good alone; after Benjamini-Hochberg none is found."""
    random = np.random.default_rng(7)
    coins = [
        held(day, float(random.choice([-1, 1])), float(random.choice([-1, 1])), agent=f"coin {n:02}")
        for n in range(20)
        for day in range(60)
    ]
    found = associations(coins, seed=7)
    assert sum(each.p is not None and each.p <= 0.05 for each in found) >= 1
    assert not any(each.is_found for each in found)
    skilled = associations([*coins, *record(50, 10, 45, 15, agent="skilled")], seed=7)
    assert [each.agent for each in skilled if each.is_found] == ["skilled"]


def test_overlapping_decisions_are_counted_once() -> None:
    daily = [held(day, 1.0, 1.0, days=3) for day in range(9)]
    assert [each.as_of for each in apart(daily)] == [BEGIN + timedelta(days=day) for day in (0, 3, 6)]
    (found,) = associations(daily, seed=7)
    assert (found.stances, found.left_out) == (3, 6)
    assert found.reason == "3 stances; nothing is tested below 10"


def test_counting_overlaps_would_find_what_is_not_there() -> None:
    """Naive control: one lucky call, repeated on each day of its move, looks like skill."""
    lucky = [held(day, 1.0, 1.0, days=20) for day in range(20)]
    lucky += [held(day, -1.0, -1.0, days=20) for day in range(20, 40)]
    naive = [each._replace(ended_at=each.as_of) for each in lucky]
    assert associations(naive, seed=7)[0].is_found
    assert not associations(lucky, seed=7)[0].is_found


def test_errors_up_more_often_than_down_are_optimism() -> None:
    hopeful, fair = record(10, 12, 3, 1, agent="hopeful"), record(10, 5, 8, 5, agent="fair")
    found = {each.agent: each for each in leans([*hopeful, *fair])}
    # 12 wrong bullish against 1 wrong bearish: 2 (1 + 13) / 2^13, doubled for two agents
    assert found["hopeful"].p == pytest.approx(2 * 14 / 2**13)
    assert found["hopeful"].p_adjusted == pytest.approx(4 * 14 / 2**13)
    assert found["hopeful"].lean == "optimistic"
    # bullish 22 of 26, rises 11 of 26
    assert found["hopeful"].optimism == pytest.approx(11 / 26)
    assert (found["fair"].lean, found["fair"].p) == ("none shown", 1.0)


def test_a_flat_market_proves_nobody_right() -> None:
    (found,) = associations([held(day, 1.0, 0.0) for day in range(12)], seed=7)
    assert (found.right, found.directional) == (0, 12)


def test_stances_come_from_decisions_that_have_ended(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        decide(ledger, 0, market_return=0.02)
        decide(ledger, 1, stance=-0.4, conviction=0.3, market_return=0.01)
        decide(ledger, 2)
        decide(ledger, 3, symbol="NDX", market_return=-0.01)
        found = stances(ledger, Scope(symbol="SPX"))
        assert [(each.agent, each.said, each.came) for each in found] == [
            ("macro", "neutral", "up"),
            ("technical", "bullish", "up"),
            ("macro", "neutral", "up"),
            ("technical", "bearish", "up"),
        ]
        assert [each.is_right for each in found if each.agent == "technical"] == [True, False]
        assert len(stances(ledger, Scope(agent="technical"))) == 3
        assert len(stances(ledger, Scope(until=BEGIN))) == 2
