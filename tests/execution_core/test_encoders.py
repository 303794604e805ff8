"""The compiled encoder equals the plain one bit for bit, in one go or in parts, and refuses what it cannot read."""

from __future__ import annotations

from collections.abc import Callable
from math import nan
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray

from execution_core import _encoders as fast, _encoders_py as plain

Floats = NDArray[np.float64]

coarse = st.lists(st.integers(-3, 3).map(float), max_size=80)
fine = st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=80)
prices = st.one_of(coarse, fine).map(lambda values: np.array(values, dtype=np.float64))
depths = st.integers(1, 9)
both = pytest.mark.parametrize("passes", [fast, plain], ids=["compiled", "plain"])


@st.composite
def situations(draw: st.DrawFn) -> tuple[Floats, int, int, float]:
    depth = draw(depths)
    return draw(prices), depth, draw(st.integers(1, (2 << depth) - 1)), draw(st.one_of(st.just(nan), st.floats(-3, 3)))


@given(situations())
@settings(deadline=None)
def test_states_and_looked_up_values_equal_the_plain_ones(situation: tuple[Floats, int, int, float]) -> None:
    expected, found = plain.encode(*situation), fast.encode(*situation)
    np.testing.assert_array_equal(found[0], expected[0], strict=True)
    assert found[1] == expected[1]
    table = np.random.default_rng(1).random(1 << situation[1])
    np.testing.assert_array_equal(fast.read(*situation, table), plain.read(*situation, table), strict=True)


@given(situations(), st.floats(0.01, 1.0))
@settings(deadline=None)
def test_counts_equal_the_plain_ones(situation: tuple[Floats, int, int, float], decay: float) -> None:
    told = []
    for passes in (fast, plain):
        size = 1 << situation[1]
        columns = np.ones(size), np.ones(size), np.zeros(size, dtype=np.int64)
        told.append((passes.learn(*situation, decay, *columns), [column.tobytes() for column in columns]))
    assert told[0] == told[1]


@pytest.mark.parametrize("count", [2047, 2048, 2049, 9000])
def test_long_columns_equal_the_plain_ones(count: int) -> None:
    values = np.cumsum(np.random.default_rng(count).integers(-1, 2, count)).astype(np.float64)
    told = []
    for passes in (fast, plain):
        columns = np.zeros(8), np.zeros(8), np.zeros(8, dtype=np.int64)
        context = passes.learn(values, 3, 1, nan, 0.99, *columns)
        told.append((context, passes.encode(values, 3, 1, nan)[0].tobytes(), *map(np.ndarray.tobytes, columns)))
    assert told[0] == told[1]


@given(prices, depths, st.integers(0, 80))
@settings(deadline=None)
def test_prices_in_two_parts_give_the_same_states(values: Floats, depth: int, cut: int) -> None:
    whole, closed = fast.encode(values, depth, 1, nan)
    first, context = fast.encode(values[:cut], depth, 1, nan)
    last = float(values[:cut][-1]) if len(values[:cut]) else nan
    second, context = fast.encode(values[cut:], depth, context, last)
    np.testing.assert_array_equal(np.concatenate([first, second]), whole)
    assert context == closed


@given(prices, depths, st.integers(0, 80))
@settings(deadline=None)
def test_later_prices_change_no_earlier_state(values: Floats, depth: int, cut: int) -> None:
    np.testing.assert_array_equal(
        fast.encode(values[:cut], depth, 1, nan)[0], fast.encode(values, depth, 1, nan)[0][:cut]
    )


@both
def test_a_state_is_the_last_moves_as_bits(passes: ModuleType) -> None:
    # up, none, down, up, up: known after the second move; 10, 01, 11.
    states, context = passes.encode(np.array([5.0, 6.0, 6.0, 5.0, 7.0, 8.0]), 2, 1, nan)
    assert states.tolist() == [-1, -1, -1, 0b10, 0b01, 0b11]
    assert context == 0b111
    table = np.array([0.1, 0.2, 0.3, 0.4])
    assert passes.read(np.array([5.0, 6.0, 5.0]), 2, 1, nan, table)[2] == 0.3


@both
def test_a_move_is_counted_under_the_state_before_it_and_fades_the_older_ones(passes: ModuleType) -> None:
    # Depth 1: up; up under 1; down under 1; down under 0; up under 0; up under 1. Decay one half.
    up, down, seen = np.zeros(2), np.zeros(2), np.zeros(2, dtype=np.int64)
    passes.learn(np.array([1.0, 2.0, 3.0, 2.0, 1.0, 2.0, 3.0]), 1, 1, nan, 0.5, up, down, seen)
    assert seen.tolist() == [2, 3]
    assert up.tolist() == [1.0, 1.25]  # under 1: up, down, up: ((1 / 2) + 0) / 2 + 1
    assert down.tolist() == [0.5, 0.5]


@both
def test_the_deepest_state_has_twenty_four_moves(passes: ModuleType) -> None:
    states, _ = passes.encode(np.arange(30.0), 24, 1, nan)
    assert states.tolist() == [-1] * 24 + [(1 << 24) - 1] * 6


PRICES = np.arange(5.0)
PRICES.flags.writeable = False
HOLED = np.array([1.0, nan])
EMPTY = np.zeros(2), np.zeros(2), np.zeros(2, dtype=np.int64)


@both
@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda on: on.encode(PRICES, 0, 1, nan), r"depth must lie in 1\.\.24, was 0"),
        (lambda on: on.encode(PRICES, 25, 1, nan), r"depth must lie in 1\.\.24, was 25"),
        (lambda on: on.encode(PRICES, 2, 0, nan), r"context must lie in 1\.\.7, was 0"),
        (lambda on: on.encode(PRICES, 2, -1, nan), r"context must lie in 1\.\.7, was -1"),
        (lambda on: on.encode(PRICES, 2, 8, nan), r"context must lie in 1\.\.7, was 8"),
        (lambda on: on.encode(HOLED, 2, 1, nan), "row 1: price must be finite, was nan"),
        (lambda on: on.read(HOLED * np.inf, 1, 1, nan, EMPTY[0]), "row 0: price must be finite, was inf"),
        (lambda on: on.read(PRICES, 2, 1, nan, PRICES), "table must have 4 values, one for each state, had 5"),
        (lambda on: on.learn(PRICES, 1, 1, nan, 0.0, *EMPTY), r"decay must lie in \(0, 1\], was 0\.0"),
        (lambda on: on.learn(PRICES, 1, 1, nan, nan, *EMPTY), r"decay must lie in \(0, 1\], was nan"),
        (lambda on: on.learn(PRICES, 2, 1, nan, 1.0, *EMPTY), "up must have 4 values"),
    ],
)
def test_what_cannot_be_read_is_refused(passes: ModuleType, call: Callable[[ModuleType], object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call(passes)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (np.arange(5), "Buffer dtype mismatch"),
        (np.arange(10.0)[::2], "not C-contiguous"),
        (np.ones((2, 2)), "wrong number of dimensions"),
    ],
)
def test_another_form_of_column_is_refused(values: Floats, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        fast.encode(values, 2, 1, nan)


def test_read_only_counts_are_refused_and_read_only_prices_are_not() -> None:
    assert fast.encode(PRICES, 1, 1, nan)[0].tolist() == [-1, 1, 1, 1, 1]
    with pytest.raises(ValueError, match="read-only"):
        fast.learn(PRICES, 2, 1, nan, 1.0, np.zeros(4), PRICES[:4], np.zeros(4, dtype=np.int64))
