from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from evaluators.statistics import Null, overlaps, random_entries, sign_flip
from evaluators.statistics.nulls import _apart
from fks_agents.errors import DataError
from tests.evaluators.statistics.worlds import world


def test_three_winners_out_of_three_happen_one_time_in_eight() -> None:
    found = sign_flip([0.1, 0.2, 0.3], seed=1, draws=20_000)
    assert found.observed == pytest.approx(0.2)
    assert found.p == pytest.approx(1 / 8, abs=0.01)
    assert sign_flip([0.1, 0.2, 0.3], seed=1, draws=20_000, alternative="two-sided").p == pytest.approx(0.25, abs=0.013)


def test_a_p_value_is_never_zero() -> None:
    assert sign_flip(np.ones(400), seed=1, draws=999).p == 1 / 1000
    assert sign_flip(-np.ones(400), seed=1, draws=999).p == 1.0


def test_trades_of_a_group_turn_together() -> None:
    # Ten copies of one trade are one: it wins one time in two, not in 1024.
    assert sign_flip(np.ones(10), seed=1, draws=4000, groups=np.zeros(10)).p == pytest.approx(0.5, abs=0.03)
    assert sign_flip(np.ones(10), seed=1, draws=4000).p < 0.005


def test_trades_overlap_until_all_are_closed() -> None:
    assert overlaps([0, 2, 5, 8, 20], [4, 6, 7, 9, 30]).tolist() == [0, 0, 0, 1, 2]
    assert overlaps([8, 0, 4], [9, 4, 8]).tolist() == [2, 0, 1]  # in any order; leaving and entering in one bar
    assert overlaps([], []).tolist() == []


@given(st.lists(st.integers(1, 9), min_size=1, max_size=12), st.integers(0, 40), st.integers(0, 99))
def test_random_places_never_overlap_and_lie_on_the_bars(held: list[int], free: int, seed: int) -> None:
    lengths = np.array(held)
    bars = int(lengths.sum()) + free + 1
    chosen, begun = _apart(lengths, bars, 5, np.random.default_rng(seed))
    ended = begun + lengths[chosen]
    assert np.all(begun >= 0)
    assert np.all(ended <= bars - 1)
    assert np.all(begun[:, 1:] >= ended[:, :-1])
    assert np.all(np.sort(chosen, axis=1) == np.arange(len(held)))


def test_all_ways_to_place_one_trade_are_equally_likely() -> None:
    # One long trade of one bar on four moves, +1 % three times and the best, +5 %, taken: one time in four.
    prices = 100.0 * np.cumprod([1.0, 1.01, 1.01, 1.05, 1.01])
    found = random_entries(prices, [2], [3], [1], seed=1, draws=10_000)
    assert found.observed == pytest.approx(0.05)
    assert found.expected == pytest.approx(0.02, abs=0.001)
    assert found.p == pytest.approx(0.25, abs=0.02)


def test_costs_weigh_on_both_alike() -> None:
    where = world(1, trades=60).placed
    free, dear = (
        random_entries(where.prices, where.entered, where.left, where.side, seed=1, costs=cost) for cost in (0.0, 0.01)
    )
    assert dear.p == free.p
    assert dear.observed == pytest.approx(free.observed - 0.01)


def test_a_rising_market_is_no_edge() -> None:
    # Long at random in a market that climbs: it earned, and so did every other entry.
    random = np.random.default_rng(3)
    prices = 100.0 * np.cumprod(1.0 + random.normal(0.003, 0.01, 3000))
    entered = np.sort(random.choice(np.arange(0, 2990, 7), 200, replace=False))
    left = entered + 5
    assert sign_flip(prices[left] / prices[entered] - 1.0, seed=1).p < 0.01
    assert random_entries(prices, entered, left, np.ones(200), seed=1).p > 0.05


def test_trades_that_overlap_are_placed_each_on_its_own() -> None:
    prices = 100.0 + np.arange(50.0)
    found = random_entries(prices, [0, 0, 1, 2], [40, 40, 41, 42], [1, -1, 1, -1], seed=1, draws=500)
    assert 0.0 < found.p <= 1.0


def test_shuffling_the_same_trades_finds_nothing_whatever_they_earned() -> None:
    """The control: why no such test is offered."""
    random, returns = np.random.default_rng(1), world(5, edge=0.5).returns
    shuffled = [random.permutation(returns).mean() for _ in range(200)]
    assert np.allclose(shuffled, returns.mean())
    assert sign_flip(returns, seed=1).p < 0.001


def test_the_same_seed_gives_the_same_p() -> None:
    where, returns = world(2).placed, world(2).returns
    calls: tuple[Callable[[int], Null], ...] = (
        lambda seed: sign_flip(returns, seed=seed, draws=500),
        lambda seed: random_entries(where.prices, where.entered, where.left, where.side, seed=seed, draws=500),
    )
    for call in calls:
        assert call(1) == call(1)
        assert call(1) != call(2)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"left": [3, 99]}, "left, row 1: expected below 20, the number of prices, was 99"),
        ({"left": [0, 9]}, "left, row 0: expected a later row than the entry, was 0"),
        ({"entered": [-1, 5]}, "entered, row 0: expected at least 0, was -1"),
        ({"side": [1, 0]}, r"side, row 1: expected 1 or -1, was 0\.0"),
        ({"side": [1]}, "entered: expected 1 values as in side, was 2"),
        ({"prices": [1.0, 0.0, *[1.0] * 18]}, r"prices, row 1: expected a positive number, was 0\.0"),
        ({"costs": float("nan")}, "costs, row 0: expected a finite number, was nan"),
    ],
)
def test_trades_that_do_not_fit_the_bars_are_refused(changed: dict[str, Any], says: str) -> None:
    given_: dict[str, Any] = {"prices": np.arange(1.0, 21.0), "entered": [0, 5], "left": [3, 9], "side": [1, -1]}
    with pytest.raises(DataError, match=says):
        random_entries(**(given_ | changed), seed=1)
