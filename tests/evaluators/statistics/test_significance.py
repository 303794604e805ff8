"""No-edge worlds are rejected as often as the level says, a planted edge is found, and the verdict says which."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from evaluators.statistics import Significance, Trades, detectable, place, power, sign_flip, significance
from evaluators.statistics.power import measured
from fks_agents.errors import DataError, UsageError
from tests.evaluators.statistics.worlds import world

DRAWS = 199
"""5 % of which, the observed counted, is a whole number."""


@cache
def judged(edge: float, worlds: int, trades: int) -> tuple[Significance, ...]:
    drawn = (world(seed, edge, trades) for seed in range(worlds))
    return tuple(
        significance(each.returns, seed=seed, placed=each.placed, draws=DRAWS, block=1.0)
        for seed, each in enumerate(drawn)
    )


def test_without_an_edge_about_one_world_in_twenty_is_rejected() -> None:
    found = judged(0.0, 300, 60)
    # 300 x 5 % = 15; 3.5 binomial deviations are 13.2.
    assert abs(sum(each.is_found for each in found) - 15) < 13.2
    for tested in ("sign_flip", "random_entries"):
        assert abs(sum(getattr(each, tested).p <= 0.05 for each in found) - 15) < 13.2


def test_p_values_without_an_edge_are_spread_evenly() -> None:
    p = np.array([each.sign_flip.p for each in judged(0.0, 300, 60)])
    for share in (0.1, 0.5, 0.9):
        assert np.mean(p <= share) == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 300))


def test_a_planted_edge_is_found() -> None:
    found = judged(0.2, 50, 500)
    assert np.mean([each.is_found for each in found]) >= 0.8
    assert all(each.verdict.startswith("Edge found: 500 trades") == each.is_found for each in found)


def test_the_best_of_many_trials_is_rejected_no_more_often() -> None:
    # Ten ideas without an edge, the best shown: told of one trial 1 - 0.95^10 = 40 % are "found", told of ten 5 %.
    naive, honest = [], []
    for seed in range(60):
        tried = [np.random.default_rng([seed, idea]).normal(0.0, 0.01, 60) for idea in range(10)]
        best = max(tried, key=lambda returns: float(np.mean(returns) / np.std(returns)))
        naive.append(sign_flip(best, seed=seed).p <= 0.05)
        honest.append(significance(best, seed=seed, trials=10, draws=999, block=1.0).is_found)
    assert np.mean(naive) > 0.25
    assert np.mean(honest) < 0.15


def test_power_is_measured_and_is_what_theory_says() -> None:
    edges = (0.0, 0.1, 0.25)
    found = power(
        lambda returns, seed: sign_flip(returns, seed=seed, draws=DRAWS).p, edges, trades=100, worlds=200, seed=1
    )
    # z = edge x 10: beyond 1.645 with chance 5 %, 26 %, 80 %.
    assert [each.edge for each in found] == list(edges)
    for each, expected in zip(found, (0.05, 0.26, 0.80), strict=True):
        assert each.low - 0.02 < expected < each.high + 0.02
    assert found[0].found < found[1].found < found[2].found


def test_what_can_be_detected_shrinks_with_the_root_of_the_trades() -> None:
    assert detectable(100) == pytest.approx((1.6449 + 0.8416) / 10, abs=1e-4)
    assert detectable(400) == pytest.approx(detectable(100) / 2)
    with pytest.raises(UsageError, match="trades: expected at least 1, was 0"):
        detectable(0)


def test_no_edge_is_a_normal_result_and_says_what_would_have_been_found() -> None:
    found = significance(world(3, trades=60).returns, seed=1, trials=4)
    assert not found.is_found
    assert found.verdict.startswith("No edge found: 60 trades, mean ")
    assert f"{found.p_adjusted:.3g} for the best of 4 trials" in found.verdict
    assert "Only an edge of" in found.verdict
    assert found.random_entries is None
    assert found.p == found.sign_flip.p < found.p_adjusted
    assert found.deflated_sharpe is not None
    assert found.probabilistic_sharpe is not None
    assert found.deflated_sharpe < found.probabilistic_sharpe


def test_better_than_chance_and_a_loss_is_no_edge() -> None:
    # A planted edge, and costs of twice what it brings, which random entries pay as well.
    drawn = world(1, 0.3, 300)
    costs = float(2.0 * np.mean(drawn.returns))
    found = significance(drawn.returns - costs, seed=1, placed=replace(drawn.placed, costs=costs))
    assert found.random_entries is not None
    assert found.random_entries.p < 0.01 < found.p == found.sign_flip.p
    assert not found.is_found
    assert "better than chance, and a loss all the same" in found.verdict


def test_where_the_two_nulls_disagree_the_cautious_one_counts() -> None:
    drawn = world(1, 0.3, 300)
    costs = float(0.97 * np.mean(drawn.returns))
    found = significance(drawn.returns - costs, seed=1, placed=replace(drawn.placed, costs=costs))
    assert found.random_entries is not None
    assert found.random_entries.p < 0.01
    assert found.p == found.sign_flip.p > 0.05
    assert not found.is_found
    assert found.verdict.startswith("No edge found: 300 trades")
    assert f"(against random entries p = {found.random_entries.p:.3g}: where the two disagree, the" in found.verdict


def test_what_would_have_been_found_is_measured() -> None:
    few, many = measured(100), measured(500)
    # z = 0.2 x 10 = 2 is beyond 1.645 in 64 % of the cases; 0.2 x 22.4 = 4.5 in nearly all.
    assert few.low < 0.64 < few.high
    assert many.found >= 0.95
    assert measured(5000) == measured(1000)
    said = significance(world(2, 0.0, 100).returns, seed=1)
    assert said.power == few


def test_trades_of_a_backtest_are_placed_with_their_fees() -> None:
    trades = Trades(
        entered=np.array([0, 3, 5]), left=np.array([2, 3, 6]), side=np.array([1, -1, 1], dtype=np.int8),
        quantity=np.array([2.0, 1.0, 1.0]), entry=np.array([10.0, 20.0, 40.0]), exit=np.array([11.0, 20.0, 42.0]),
        fees=np.array([1.0, 0.2, 0.4]), slippage=np.zeros(3),
    )  # fmt: skip
    placed = place(trades, np.arange(10.0, 20.0))
    assert placed.left.tolist() == [2, 4, 6]  # the second was left in its own bar
    assert np.asarray(placed.costs) == pytest.approx([0.05, 0.01, 0.01])
    assert significance(trades.returns, seed=1, placed=placed).random_entries is not None


def test_what_overlaps_is_held_together() -> None:
    # Two hundred copies of ten trades that overlap are ten.
    returns = np.repeat(np.random.default_rng(1).normal(0.005, 0.01, 10), 20)
    alone = significance(returns, seed=1, draws=500, block=1.0)
    held = significance(returns, seed=1, draws=500, block=1.0, groups=np.repeat(np.arange(10), 20))
    assert alone.p < held.p
    assert held.detectable == pytest.approx(detectable(10))


def test_the_same_seed_gives_the_same_report() -> None:
    returns = world(4).returns
    assert significance(returns, seed=1, draws=300) == significance(returns, seed=1, draws=300)


def test_trades_that_all_earn_the_same_have_no_ratio() -> None:
    found = significance(np.full(50, 0.01), seed=1, draws=300)
    assert (found.sharpe.value, found.probabilistic_sharpe, found.deflated_sharpe) == (None, None, None)
    assert found.is_found


def test_what_cannot_be_judged_is_refused() -> None:
    with pytest.raises(DataError, match="returns: expected at least 2 values, was 1"):
        significance([0.1], seed=1)
    with pytest.raises(UsageError, match="trials: expected at least 1, was 0"):
        significance([0.1, 0.2], seed=1, trials=0)
    with pytest.raises(UsageError, match="draws: expected at least 1950, was 500"):
        significance([0.1, 0.2], seed=1, trials=100, draws=500)
    with pytest.raises(DataError, match="entered: expected 2 values as in returns, was 500"):
        significance([0.1, 0.2], seed=1, placed=world(1).placed)
