"""The compiled passes equal the plain ones bit for bit, and refuse what they cannot read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray

from execution_core import _structure as fast, _structure_py as plain

Floats = NDArray[np.float64]

coarse = st.lists(st.integers(0, 12).map(float), max_size=60)
fine = st.lists(st.floats(-1e6, 1e6), max_size=60)
holed = st.lists(st.one_of(st.floats(-9, 9), st.sampled_from([float("nan"), float("inf")])), max_size=60)
columns = st.one_of(coarse, fine).map(np.array).map(lambda column: column.astype(np.float64))
widths = st.integers(1, 8)


def same(name: str, *given: Any) -> None:
    theirs, ours = getattr(plain, name)(*given), getattr(fast, name)(*given)
    pairs = zip(theirs, ours, strict=True) if isinstance(theirs, tuple) else [(theirs, ours)]
    for expected, found in pairs:
        np.testing.assert_array_equal(found, expected, strict=True)


@given(columns, widths)
@settings(deadline=None)
def test_passes_over_one_column_equal_the_plain_ones(values: Floats, width: int) -> None:
    same("peaks", values, width)
    same("highest_of", values, width)
    same("highest_after", values)
    same("maxima", values)
    same("means_of", values, width)


@given(columns, columns, widths)
@settings(deadline=None)
def test_ranges_and_breaks_equal_the_plain_ones(first: Floats, second: Floats, n: int) -> None:
    count = min(len(first), len(second))
    high, low = np.maximum(first[:count], second[:count]), np.minimum(first[:count], second[:count])
    close = second[:count].copy()
    same("average_ranges", high, low, close, n)
    same("breaks", close, high, low, plain.peaks(high, n), plain.peaks(-low, n), n)


@given(columns, st.data())
@settings(deadline=None)
def test_the_first_row_above_a_level_equals_the_plain_one(values: Floats, data: st.DataObject) -> None:
    start = np.array(sorted(data.draw(st.lists(st.integers(-1, 60), max_size=40))), dtype=np.intp)
    some = st.one_of(st.integers(0, 12).map(float), st.floats(-1e6, 1e6), st.just(float("nan")))
    level = np.array(data.draw(st.lists(some, min_size=len(start), max_size=len(start))), dtype=np.float64)
    within = data.draw(st.integers(0, 20))
    for or_at in (True, False):
        same("first_above", values, start, level, or_at, within)
        same("first_above", values, start, level, or_at, within, plain.maxima(values))


def test_the_first_row_above_a_level_is_found_however_far_it_is() -> None:
    # 16 blocks of 16 blocks and a rest: three steps up to row 4,999, and none above it.
    values = np.zeros(5_000)
    values[4_999] = 1.0
    start = np.array([-1, 0, 15, 16, 255, 4_095, 4_998, 4_999, 2**63 - 1], dtype=np.intp)
    assert fast.first_above(values, start, np.full(9, 0.5), False).tolist() == [4_999] * 7 + [5_000] * 2
    assert fast.first_above(values, start, np.ones(9), False).tolist() == [5_000] * 9
    assert fast.first_above(values, start, np.full(9, 0.5), False, 2).tolist() == [5_000] * 6 + [4_999, 5_000, 5_000]


@given(columns.filter(len), st.data())
@settings(deadline=None)
def test_the_highest_between_rows_equals_the_plain_one(values: Floats, data: st.DataObject) -> None:
    pair = st.tuples(st.integers(0, len(values) - 1), st.integers(1, len(values))).filter(
        lambda rows: rows[0] < rows[1]
    )
    rows = np.array(data.draw(st.lists(pair, max_size=20)), dtype=np.intp).reshape(-1, 2)
    same("highest_between", values, rows[:, 0].copy(), rows[:, 1].copy())


def test_a_break_both_ways_at_one_row_is_judged_by_those_before_it() -> None:
    # The top at 4 is below the bottom at 7: closes at 5 are beyond both, once both are known (rows 2 and 5).
    high, low = np.array([4.0, 0, 0, 0, 4, 0, 0]), np.array([0.0, 7, 0, 0, 7, 0, 0])
    close = np.array([3.0, 3, 3, 5, 5, 5, 5])
    tops, bottoms = np.array([0, 4]), np.array([1, 4])
    same("breaks", close, high, low, tops, bottoms, 1)
    rows, _, signs, turned = fast.breaks(close, high, low, tops, bottoms, 1)
    assert (rows.tolist(), signs.tolist()) == ([3, 3, 6, 6], [1, -1, 1, -1])
    assert turned.tolist() == [False, False, True, True]


@given(holed, st.floats(0, 1), st.floats(0, 9))
@settings(deadline=None)
def test_alarms_and_states_equal_the_plain_ones(values: list[float], low: float, high: float) -> None:
    column = np.array(values, dtype=np.float64)
    same("drifts", column, low, high)
    same("states", column, high, low)


@st.composite
def parts(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    found = []
    for _ in range(draw(st.integers(0, 4))):
        known = np.array(draw(st.lists(st.integers(0, 19), max_size=12)), dtype=np.intp)
        level = np.arange(len(known)) / 7.0
        far = draw(st.sampled_from([None, level + 1]))
        kind, leans, sign = draw(st.integers(0, 3)), draw(st.integers(-1, 1)), draw(st.sampled_from([-1, 1]))
        found.append((known // 2, known, level, level * 3, known % 3 == 0, far, kind, leans, sign))
    return found


@given(parts())
@settings(deadline=None)
def test_events_are_put_in_order_as_the_plain_way_does(found: list[tuple[Any, ...]]) -> None:
    same("in_order", found, np.arange(20) / 3.0)


def test_a_drift_is_seen_and_the_test_begins_anew() -> None:
    # Means 0, 0, 1; 3 - 1 - 0.5 = 1.5, not above 2. Then mean 1.5: 1.5 + 3 - 1.5 - 0.5 = 2.5 > 2, alarm at row 3.
    rows, signs = fast.drifts(np.array([0.0, 0.0, 3.0, 3.0, 3.0]), 0.5, 2.0)
    assert (rows.tolist(), signs.tolist()) == ([3], [1])


def test_a_state_is_left_later_than_it_is_entered() -> None:
    rows, now = fast.states(np.array([np.nan, 0.2, 0.6, 0.4, 0.2, -0.6]), 0.5, 0.3)
    assert (rows.tolist(), now.tolist()) == ([1, 2, 4, 5], [0, 1, 0, -1])


ROWS = np.array([1, 3], dtype=np.intp)
TWO_EVENTS = (ROWS, ROWS, np.zeros(2), np.zeros(2), ROWS == 1, None, 0, 1, 1)
READ_ONLY = np.arange(5.0)
READ_ONLY.flags.writeable = False


def test_read_only_columns_are_taken() -> None:
    assert fast.highest_of(READ_ONLY, 2).tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: fast.peaks(READ_ONLY, 0), "n must be at least 1, was 0"),
        (lambda: fast.highest_of(READ_ONLY, 0), "width must be at least 1"),
        (lambda: fast.average_ranges(READ_ONLY, READ_ONLY, READ_ONLY, 0), "period must be at least 1"),
        (lambda: fast.average_ranges(READ_ONLY, READ_ONLY[:4], READ_ONLY, 14), "one length, were 5 and 4"),
        (lambda: fast.highest_after(ROWS), "Buffer dtype mismatch"),  # type: ignore[arg-type]
        (lambda: fast.highest_after(np.arange(10.0)[::2]), "not C-contiguous"),
        (lambda: fast.first_above(READ_ONLY, ROWS, READ_ONLY, True), "expected 2 values, was 5"),
        (lambda: fast.first_above(READ_ONLY, ROWS[::-1].copy(), READ_ONLY[:2], True), "start must rise, was 1 after 3"),
        (lambda: fast.first_above(READ_ONLY, ROWS - 3, READ_ONLY[:2], True), "start must be at least -1, was -2"),
        (lambda: fast.first_above(READ_ONLY, ROWS, READ_ONLY[:2], True, -1), "within must be at least 0, was -1"),
        (
            lambda: fast.first_above(READ_ONLY, ROWS, READ_ONLY[:2], True, 0, READ_ONLY),
            "tops: expected 1 values, was 5",
        ),
        (lambda: fast.highest_between(READ_ONLY, ROWS, ROWS), "end after their first, were 1 to 1"),
        (lambda: fast.highest_between(READ_ONLY, ROWS, ROWS + 3), "rows must lie in 0..4 .*, were 3 to 6"),
        (lambda: fast.breaks(READ_ONLY, READ_ONLY, READ_ONLY, ROWS + 2, ROWS, 1), "rise and lie in 0..4, was 5"),
        (lambda: fast.in_order([TWO_EVENTS] * 17, READ_ONLY), "at most 16 parts, was 17"),
        (lambda: fast.in_order([TWO_EVENTS], READ_ONLY[:3]), "known rows must lie in 0..2, was 3"),
        (lambda: fast.in_order([(*TWO_EVENTS[:3], READ_ONLY, *TWO_EVENTS[4:])], READ_ONLY), "one length, were 2 and 5"),
    ],
)
def test_what_cannot_be_read_is_refused(call: Callable[[], object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call()
