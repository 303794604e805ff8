from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray
from scipy.stats import chi2

from execution_core import markov

Labels = NDArray[np.int8]


def chain_of(matrix: list[list[float]], count: int, seed: int) -> Labels:
    random, now, out = np.random.default_rng(seed), 1, []
    for drawn in random.random(count):
        now = int(np.searchsorted(np.cumsum(matrix[now]), drawn))
        out.append(min(now, 2))
    return np.array(out, dtype=np.int8)


def test_a_return_beyond_the_threshold_leaves_sideways() -> None:
    told = markov.labels(np.array([0.02, 0.01, 0.0, -0.01, -0.02]), 0.01)
    assert [markov.NAMES[label] for label in told] == ["bull", "sideways", "sideways", "sideways", "bear"]


def test_the_threshold_is_a_share_of_the_root_mean_square() -> None:
    assert markov.threshold(np.array([3.0, -4.0, 0.0, 0.0]), 0.5) == 1.25  # sqrt(25 / 4) / 2


def test_transitions_are_counted_from_row_to_column() -> None:
    chain = markov.fit(np.array([0, 0, 2, 1, 2, 1, 1], dtype=np.int8))
    assert chain.counts.tolist() == [[1, 0, 1], [0, 1, 1], [0, 2, 0]]
    assert chain.probabilities.tolist() == [[0.5, 0.0, 0.5], [0.0, 0.5, 0.5], [0.0, 1.0, 0.0]]
    assert [chain.duration(label) for label in range(3)] == [2.0, 2.0, 1.0]
    assert chain.steady is None  # nothing leads back to bear


def test_the_steady_state_stays_as_it_is() -> None:
    # Shares x with x P = x: 0.5 a + 0.25 b = a gives b = 2 a; by symmetry c = a: 1/4, 1/2, 1/4.
    counts = np.array([[2, 2, 0], [1, 2, 1], [0, 2, 2]])
    steady = markov.Chain(counts).steady
    assert steady is not None
    assert steady == pytest.approx([0.25, 0.5, 0.25])


def test_a_label_never_seen_has_no_share_and_one_never_left_no_duration() -> None:
    chain = markov.fit(np.array([1, 2, 1, 2, 2, 1], dtype=np.int8))
    steady = chain.steady
    assert steady is not None
    assert steady == pytest.approx([0.0, 0.4, 0.6])  # P: 1 to 2 always; 2 to 1 in two of three
    assert np.isnan(chain.probabilities[0]).all()
    assert chain.duration(0) is None
    assert markov.fit(np.array([2, 2, 2], dtype=np.int8)).duration(2) is None


@given(st.lists(st.integers(1, 50), min_size=9, max_size=9))
@settings(deadline=None)
def test_the_steady_state_is_where_long_powers_lead(counts: list[int]) -> None:
    chain = markov.Chain(np.array(counts).reshape(3, 3))
    steady = chain.steady
    assert steady is not None
    assert steady == pytest.approx(np.linalg.matrix_power(chain.probabilities, 4096)[0], abs=1e-9)


@given(st.lists(st.integers(0, 2), max_size=40), st.integers(0, 40))
def test_labels_that_come_later_change_no_earlier_count(values: list[int], cut: int) -> None:
    past = np.array(values, dtype=np.int8)
    assert np.all(markov.fit(past[:cut]).counts <= markov.fit(past).counts)
    assert markov.fit(past).counts.sum() == max(0, len(past) - 1)


def test_the_memory_statistic_by_hand() -> None:
    # 0,1,0,1,... then 0,0: around label 0 the triples are (1,0,1) twice and (1,0,0) once; one row: no freedom.
    assert markov.memory(np.array([0, 1, 0, 1, 0, 1, 0, 0], dtype=np.int8)) is None
    # Period three, 0 0 1: what precedes a 0 decides what follows it.
    found = markov.memory(np.array([0, 0, 1] * 5, dtype=np.int8))
    assert found is not None
    # Triples with 0 in the middle: (0,0,1) five times, (1,0,0) four times; expected 25/9, 20/9, 20/9, 16/9.
    assert found.statistic == pytest.approx(2 * (5 * np.log(9 / 5) + 4 * np.log(9 / 4)))
    assert found.degrees == 1
    assert found.p == pytest.approx(chi2.sf(found.statistic, 1))


@pytest.mark.parametrize("degrees", range(1, 13))
def test_the_tail_is_chi_squares(degrees: int) -> None:
    for statistic in (0.0, 0.3, 4.0, 25.0, 90.0):
        assert markov._beyond(statistic, degrees) == pytest.approx(chi2.sf(statistic, degrees), abs=1e-14)


def test_first_order_chains_are_rejected_about_as_often_as_the_level_says() -> None:
    matrix = [[0.6, 0.3, 0.1], [0.2, 0.6, 0.2], [0.1, 0.3, 0.6]]
    found = [markov.memory(chain_of(matrix, 1500, seed)) for seed in range(300)]
    rejected = sum(each is not None and each.p <= 0.05 for each in found)
    assert abs(rejected - 15) < 4 * np.sqrt(300 * 0.05 * 0.95)  # 15 +- 15.1


def test_a_second_order_chain_is_found() -> None:
    random, past = np.random.default_rng(2), [0, 1]
    for drawn in random.random(1500):
        past.append((past[-2] + 1) % 3 if drawn < 0.3 else int(3 * random.random()))
    found = markov.memory(np.array(past, dtype=np.int8))
    assert found is not None
    assert found.p < 1e-6


def test_returns_that_overlap_look_sticky_where_nothing_is() -> None:
    moves = np.random.default_rng(4).normal(size=5000)
    summed = np.convolve(moves, np.ones(20), "valid")
    assert markov.fit(markov.labels(summed, markov.threshold(summed))).probabilities[2, 2] > 0.8
    assert markov.fit(markov.labels(moves, markov.threshold(moves))).probabilities[2, 2] < 0.4


@pytest.mark.parametrize("past", [np.array([], dtype=np.int8), np.array([2], dtype=np.int8)])
def test_too_few_labels_give_empty_counts(past: Labels) -> None:
    chain = markov.fit(past)
    assert chain.counts.sum() == 0
    assert chain.steady is None
    assert markov.memory(past) is None


def test_what_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match="row 1: return must be finite, was nan"):
        markov.labels(np.array([0.0, np.nan]), 0.1)
    with pytest.raises(ValueError, match="beyond must be at least 0, was nan"):
        markov.labels(np.array([0.0]), float("nan"))
    with pytest.raises(ValueError, match="row 0: label must be 0, 1 or 2, was 3"):
        markov.fit(np.array([3], dtype=np.int8))
    with pytest.raises(ValueError, match="returns must not be empty"):
        markov.threshold(np.array([]))
