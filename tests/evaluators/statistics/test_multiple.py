"""Many trials: false discoveries, deflated ratios, overfitted choices."""

from __future__ import annotations

from itertools import combinations
from math import log, sqrt

import numpy as np
import pytest
from numpy.typing import NDArray

from evaluators.statistics import (
    UndefinedError,
    benjamini_hochberg,
    best_of,
    deflated_sharpe,
    expected_best,
    overfitting,
    probabilistic_sharpe,
    ratios,
    spread,
)
from evaluators.statistics.sharpe import confidence_above
from fks_agents.errors import DataError, UsageError


def test_p_values_are_adjusted_by_rank() -> None:
    # Sorted 0.005, 0.01, 0.03, 0.04 times 4/1, 4/2, 4/3, 4/4, made to rise: 0.02, 0.02, 0.04, 0.04.
    found = benjamini_hochberg([0.01, 0.04, 0.03, 0.005])
    assert found.adjusted == pytest.approx((0.02, 0.04, 0.04, 0.02))
    assert found.found == (True, True, True, True)
    assert benjamini_hochberg([0.01, 0.04, 0.03, 0.005], 0.03).found == (True, False, False, True)
    assert benjamini_hochberg([]) == ((), ())


def test_few_discoveries_are_false() -> None:
    # 20 of 100 tests have something to find; the mean share of false ones must stay at 5 % x 80 / 100.
    random, shares = np.random.default_rng(1), []
    for _ in range(200):
        p = random.random(100)
        p[:20] *= 1e-3
        found = np.array(benjamini_hochberg(p).found)
        shares.append(found[20:].sum() / max(1, found.sum()))
        assert found[:20].mean() > 0.9
    assert float(np.mean(shares)) == pytest.approx(0.04, abs=0.01)


def test_the_best_of_many_is_worth_less() -> None:
    assert best_of(0.05, 1) == pytest.approx(0.05)
    assert best_of(0.05, 2) == pytest.approx(0.0975)
    assert best_of(1.0, 5) == 1.0


def test_the_published_example_of_a_probabilistic_ratio() -> None:
    # Bailey and Lopez de Prado 2012: monthly ratio 0.458 over 24 months, skewness -2.448, kurtosis 10.164.
    assert confidence_above(0.458, 0.0, 24, -2.448, 10.164) == pytest.approx(0.913, abs=0.001)
    assert confidence_above(0.458, 0.0, 24, 0.0, 3.0) == pytest.approx(0.982, abs=0.001)


@pytest.mark.parametrize(("trials", "expected"), [(100, 0.9004), (46, 0.9505)])
def test_the_published_example_of_a_deflated_ratio(trials: int, expected: float) -> None:
    # Bailey and Lopez de Prado 2014: yearly ratio 2.5 over 1250 days of 250 a year, skewness -3, kurtosis 10, variance
    # of yearly ratios across trials 1/2.
    bar = expected_best(trials, sqrt(0.5 / 250))
    assert confidence_above(2.5 / sqrt(250), bar, 1250, -3.0, 10.0) == pytest.approx(expected, abs=0.0005)


def test_the_expected_best_is_what_simulation_gives() -> None:
    best = np.random.default_rng(1).normal(0.0, 0.1, (4000, 50)).max(axis=1)
    assert expected_best(50, 0.1) == pytest.approx(best.mean(), rel=0.02)
    assert expected_best(1, 0.1) == 0.0


def test_every_trial_lowers_the_deflated_ratio() -> None:
    returns = np.random.default_rng(2).normal(0.1, 1.0, 500)
    found = [deflated_sharpe(returns, trials) for trials in (1, 2, 10, 1000)]
    assert found == sorted(found, reverse=True)
    assert found[0] == probabilistic_sharpe(returns)
    assert deflated_sharpe(returns, 10, 1 / sqrt(499)) == found[2]


def test_trials_without_an_edge_are_rarely_believed() -> None:
    # The best of 20 by Sharpe ratio: chance above 95 % in about 5 % of the worlds when deflated, in most when not.
    raw, deflated = [], []
    for seed in range(200):
        trials = np.random.default_rng(seed).normal(size=(250, 20))
        sharpes = [ratios.sharpe(column) for column in trials.T]
        best = trials[:, int(np.argmax(sharpes))]
        raw.append(probabilistic_sharpe(best) > 0.95)
        deflated.append(deflated_sharpe(best, 20, spread(sharpes)) > 0.95)
    assert np.mean(raw) > 0.5
    assert np.mean(deflated) < 0.09


def test_returns_that_do_not_vary_have_no_probability() -> None:
    with pytest.raises(UndefinedError, match="returns do not vary"):
        probabilistic_sharpe([0.1, 0.1, 0.1])


def by_loops(table: NDArray[np.float64], blocks: int) -> list[float]:
    pieces, logits = np.split(table, blocks), []
    for half in combinations(range(blocks), blocks // 2):
        seen = np.concatenate([pieces[k] for k in half])
        unseen = np.concatenate([pieces[k] for k in range(blocks) if k not in half])
        best = int(np.argmax(seen.mean(axis=0) / seen.std(axis=0, ddof=1)))
        outside = unseen.mean(axis=0) / unseen.std(axis=0, ddof=1)
        rank = 1 + sum(each < outside[best] for each in outside)
        share = rank / (table.shape[1] + 1)
        logits.append(log(share / (1 - share)))
    return logits


def test_splits_give_what_loops_give() -> None:
    table = np.random.default_rng(3).normal(0.001, 0.01, (120, 7))
    found = overfitting(table, 6)
    expected = by_loops(table, 6)
    assert found.logits == pytest.approx(expected)
    assert found.probability == np.mean(np.array(expected) <= 1e-12)


def test_what_is_best_by_chance_is_median_afterwards_and_an_edge_stays() -> None:
    noise = [overfitting(np.random.default_rng(seed).normal(size=(320, 20)), 8).probability for seed in range(40)]
    assert float(np.mean(noise)) == pytest.approx(0.5, abs=0.12)
    table = np.random.default_rng(1).normal(size=(320, 20))
    table[:, 4] += 0.5
    good = overfitting(table, 8)
    assert (good.probability, good.loss) == (0.0, 0.0)


def test_what_wins_in_one_half_and_loses_in_the_other_is_found_out() -> None:
    random = np.random.default_rng(1).normal(0.0, 0.1, (40, 2))
    table = random + np.array([[1.0, -1.0]] * 20 + [[-1.0, 1.0]] * 20)
    found = overfitting(table, 2)
    assert (found.probability, found.loss, len(found.logits)) == (1.0, 1.0, 2)


def test_a_trial_that_never_trades_counts_as_zero() -> None:
    table = np.random.default_rng(1).normal(-1.0, 0.1, (64, 3))
    table[:, 1] = 0.0
    assert overfitting(table, 4).probability == 0.0  # never trading is best, in and out of sample
    assert overfitting(table, 4).loss == 0.0


def test_the_oldest_bars_that_fill_no_block_are_left_out() -> None:
    table = np.random.default_rng(1).normal(size=(67, 3))
    np.testing.assert_array_equal(overfitting(table, 8).logits, overfitting(table[3:], 8).logits)


@pytest.mark.parametrize(
    ("table", "blocks", "error", "says"),
    [
        (np.ones((64, 3)), 5, UsageError, "blocks: expected an even number from 2 to 20, was 5"),
        (np.ones((64, 1)), 4, DataError, r"two or more trials, was shape \(64, 1\)"),
        (np.ones((7, 3)), 4, DataError, "expected at least 8 bars for 4 blocks, was 7"),
        (np.full((64, 3), np.nan), 4, DataError, "returns, row 0, trial 0: expected a finite number, was nan"),
    ],
)
def test_tables_that_cannot_be_split_are_refused(
    table: NDArray[np.float64], blocks: int, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        overfitting(table, blocks)


def test_p_values_that_are_none_are_refused() -> None:
    with pytest.raises(DataError, match=r"p_values, row 1: expected between 0 and 1, was 1\.5"):
        benjamini_hochberg([0.5, 1.5])
    with pytest.raises(DataError, match="ratios: expected at least 2 values, was 1"):
        spread([1.0])
