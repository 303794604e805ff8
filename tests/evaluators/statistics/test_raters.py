"""Agreement of raters, paired comparison and calibration, with numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from evaluators.statistics import (
    UndefinedError,
    balanced_accuracy,
    calibration,
    clustered,
    confusion,
    kappa,
    mcnemar,
    sign_p,
)
from fks_agents.errors import DataError

# 50 claims: of 25 true ones 20 are called true, of 25 wrong ones 15 are called wrong.
TABLE = np.array([[20, 5], [10, 15]])


def test_kappa_by_hand() -> None:
    # observed 35/50 = 0.7; expected (25 x 30 + 25 x 20) / 2500 = 0.5; (0.7 - 0.5) / (1 - 0.5)
    assert kappa(TABLE) == pytest.approx(0.4)


def test_balanced_accuracy_by_hand() -> None:
    # (20/25 + 15/25) / 2
    assert balanced_accuracy(TABLE) == pytest.approx(0.7)


def test_words_become_a_table_of_true_against_said() -> None:
    table = confusion(["yes", "no", "no"], ["yes", "yes", "no"], ("yes", "no"))
    assert table.tolist() == [[1, 1], [0, 1]]
    with pytest.raises(DataError, match="row 1: expected one of yes, no, was 'perhaps'"):
        confusion(["yes", "perhaps"], ["yes", "no"], ("yes", "no"))


def test_two_who_always_use_one_word_have_no_kappa() -> None:
    with pytest.raises(UndefinedError, match="one word throughout"):
        kappa(np.array([[9, 0], [0, 0]]))
    with pytest.raises(UndefinedError, match="does not occur"):
        balanced_accuracy(np.array([[9, 0], [0, 0]]))


@given(st.lists(st.integers(0, 30), min_size=9, max_size=9).filter(lambda cells: sum(cells) > 0))
def test_kappa_is_at_most_one_and_the_same_with_raters_changed_over(cells: list[int]) -> None:
    table = np.array(cells).reshape(3, 3)
    try:
        value = kappa(table)
    except UndefinedError:
        return
    assert -1.0 <= value <= 1.0
    assert kappa(table.T) == pytest.approx(value)
    assert (value == 1.0) == (np.trace(table) == table.sum())


@given(said=st.lists(st.booleans(), min_size=1, max_size=40))
def test_perfect_agreement_has_kappa_one(said: list[bool]) -> None:
    words = [str(word) for word in said]
    table = confusion(words, words, ("True", "False"))
    if len(set(said)) == 2:
        assert kappa(table) == 1.0
        assert balanced_accuracy(table) == 1.0


def each(table: list[list[int]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array(table, dtype=np.float64)


RIGHT, WRONG = each([[1, 0], [0, 0]]), each([[0, 1], [0, 0]])


def accuracy(table: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    return float(np.trace(table) / table.sum())


def test_an_interval_over_claims_alone_is_too_narrow() -> None:
    """Twenty claims over each of ten texts, all right or all wrong with their text: ten independent things, not 200."""
    tables = np.array([RIGHT if text % 2 else WRONG for text in range(10) for _ in range(20)])
    texts = [text for text in range(10) for _ in range(20)]
    honest = clustered(tables, texts, accuracy, seed=7)
    naive = clustered(tables, range(200), accuracy, seed=7)
    assert honest.value == naive.value == 0.5
    assert honest.low is not None
    assert honest.high is not None
    assert naive.low is not None
    assert naive.high is not None
    # sqrt(0.25/10) x 1.96 = 0.31 against sqrt(0.25/200) x 1.96 = 0.07
    assert honest.high - honest.low == pytest.approx(0.6, abs=0.1)
    assert naive.high - naive.low == pytest.approx(0.14, abs=0.03)


def test_one_text_gives_no_interval() -> None:
    assert clustered(np.array([RIGHT, WRONG]), ["a", "a"], accuracy, seed=7) == (0.5, None, None)


def test_without_an_error_the_draws_say_nothing() -> None:
    assert clustered(np.array([RIGHT] * 9), range(9), accuracy, seed=7) == (1.0, None, None)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=2, max_size=60), st.integers(0, 9))
def test_an_interval_is_the_same_each_time_and_inside_the_range(rows: list[tuple[bool, int]], seed: int) -> None:
    tables = np.array([RIGHT if right else WRONG for right, _ in rows])
    texts = [text for _, text in rows]
    first = clustered(tables, texts, accuracy, seed=seed, draws=200)
    assert first == clustered(tables, texts, accuracy, seed=seed, draws=200)
    if first.low is not None and first.high is not None:
        assert 0.0 <= first.low <= first.high <= 1.0


def test_mcnemar_by_hand() -> None:
    first = [True] * 8 + [False] + [True] * 5 + [False] * 2
    second = [False] * 8 + [True] + [True] * 5 + [False] * 2
    # 8 against 1 of 9 coins: 2 (C(9,0) + C(9,1)) / 2^9 = 2 x 10 / 512
    assert mcnemar(first, second) == (8, 1, 5, 2, 0.0390625)


def test_two_that_never_differ_are_not_told_apart() -> None:
    assert mcnemar([True, False], [True, False]).p == 1.0
    assert sign_p(0, 0) == 1.0
    assert sign_p(3, 3) == 1.0  # 2 P(X <= 3) = 1.3, cut at 1


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=50))
def test_mcnemar_does_not_care_which_comes_first(pairs: list[tuple[bool, bool]]) -> None:
    first, second = (list(side) for side in zip(*pairs, strict=True))
    assert mcnemar(first, second).p == mcnemar(second, first).p <= 1.0


def test_brier_skill_and_calibration_by_hand() -> None:
    found = calibration([0.9, 0.8, 0.3, 0.6], [1, 1, 0, 0], seed=7)
    # (0.01 + 0.04 + 0.09 + 0.36) / 4; always stating 0.5 would get 0.25
    assert found.brier.value == pytest.approx(0.125)
    assert found.skill == pytest.approx(0.5)
    # [0.2, 0.4): |0.3 - 0|; [0.6, 0.8): |0.6 - 0|; [0.8, 1]: 2 x |0.85 - 1|; over 4
    assert found.error == pytest.approx(0.3)
    assert [(each.number, each.came) for each in found.bins] == [(1, 0.0), (1, 0.0), (2, 1.0)]
    assert found.bins[2].stated == pytest.approx(0.85)


def test_a_chance_of_one_falls_in_the_last_bin() -> None:
    (only,) = calibration([1.0, 1.0], [1, 1], seed=7).bins
    assert (only.low, only.high, only.number, only.came) == (0.8, 1.0, 2, 1.0)


def test_where_all_came_true_there_is_no_skill() -> None:
    assert calibration([0.7, 0.9], [1, 1], seed=7).skill is None


def test_what_is_no_chance_is_refused_by_row() -> None:
    with pytest.raises(DataError, match=r"chances, row 1: expected between 0 and 1, was 70.0"):
        calibration([0.7, 70.0], [1, 0], seed=7)
    with pytest.raises(DataError, match=r"came, row 0: expected 0 or 1, was 2.0"):
        calibration([0.7, 0.7], [2, 0], seed=7)


def test_a_boaster_is_found_and_one_who_knows_is_not() -> None:
    """Both are right 6 times of 10; one says 60 %, the other 90 %."""
    came = ([1] * 6 + [0] * 4) * 20
    honest, boaster = (calibration([chance] * 200, came, seed=7) for chance in (0.6, 0.9))
    assert honest.error == pytest.approx(0.0)
    assert boaster.error == pytest.approx(0.3)
    (said,) = boaster.bins
    assert said.at_most < said.stated


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30))
def test_a_brier_score_lies_between_zero_and_one(rows: list[tuple[float, bool]]) -> None:
    found = calibration([chance for chance, _ in rows], [float(came) for _, came in rows], seed=7, draws=100)
    assert found.brier.value is not None
    assert 0.0 <= found.brier.value <= 1.0
    assert sum(each.number for each in found.bins) == len(rows)
