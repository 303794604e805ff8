"""A column says at each bar what would have been measured there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from fks_agents.bars import Bars
from fks_agents.errors import DataError, UsageError
from tests.tools.indicators.columns import bars, known, walk
from tools.indicators import column, columnar, definitions, label_column, labelled

UNITS = {each.name: each.unit for each in definitions()}


def differences(measured: Bars, rows: range) -> list[str]:
    """Facts whose column is not what `measure` says of the bars up to a row."""
    columns = {name: column(measured, name) for name in columnar()}
    labels = {name: label_column(measured, name) for name in labelled()}
    wrong = []
    for row in rows:
        facts = known(measured[: row + 1])
        for name, values in columns.items():
            expected = facts.get(name, np.nan)
            if not np.isclose(values[row], expected, rtol=1e-9, atol=1e-9, equal_nan=True):
                wrong.append(f"{name} at {row}: {values[row]} instead of {expected}")
        for name, codes in labels.items():
            told = None if codes[row] < 0 else labelled()[name][codes[row]]
            if told != facts.get(name):
                wrong.append(f"{name} at {row}: {told} instead of {facts.get(name)}")
    return wrong


@pytest.mark.parametrize("timeframe", ["1h", "1d", "1w"])
def test_a_column_is_what_is_measured_at_each_bar(timeframe: str) -> None:
    walked = walk(3, 330, timeframe)  # type: ignore[arg-type]
    # Every warm-up ends somewhere in the first rows; 253 bars are the longest.
    assert differences(walked, range(90)) == []
    assert differences(walked, range(245, 330, 7)) == []


@settings(max_examples=15, deadline=None)
@given(
    moves=st.lists(st.sampled_from([0.0, 0.0, 1.0, -1.0, 2.5]), min_size=1, max_size=60),
    silent=st.sets(st.integers(0, 59)),
)
def test_flat_stretches_and_silent_bars_are_left_out_alike(moves: list[float], silent: set[int]) -> None:
    close = [float(each) for each in 100.0 + np.cumsum(moves)]
    volume = [0.0 if row in silent else 3.0 for row in range(len(close))]
    made = bars(close, volume=volume)
    assert differences(made, range(len(close))) == []


def test_a_column_does_not_know_what_comes() -> None:
    walked = walk(5, 400)
    noise = walk(6, 400)
    early = {name: getattr(walked, name)[:300] for name in ("open", "high", "low", "close", "volume")}
    later = {name: np.concatenate([part, getattr(noise, name)[300:]]) for name, part in early.items()}
    opened, high, low, close, volume = later.values()
    other = Bars("WALK", "1d", "test", walked.opened, walked.closed, opened, high, low, close, volume)
    for name in columnar():
        np.testing.assert_array_equal(column(walked, name)[:300], column(other, name)[:300], err_msg=name)
    for name in labelled():
        assert label_column(walked, name)[:300].tolist() == label_column(other, name)[:300].tolist()


def test_a_column_that_looks_ahead_is_found_out() -> None:
    walked = walk(5, 60)
    ahead = np.roll(walked.close, -1)
    assert any(ahead[row] != known(walked[: row + 1])["close"] for row in range(59))


def test_columns_are_of_numbers_and_in_order() -> None:
    order = [each.name for each in definitions()]
    assert list(columnar()) == sorted(columnar(), key=order.index)
    assert {UNITS[name] for name in columnar()}.isdisjoint({"label"})


def test_words_have_columns_of_their_own() -> None:
    assert {UNITS[name] for name in labelled()} == {"label"}
    assert {"asmbtr_run", "markov_state", "regime", "trend", "candle_doji", "candle_hammer"} <= set(labelled())
    with pytest.raises(UsageError, match=r"unknown column of labels 'close'; expected one of .*markov_state"):
        label_column(walk(1, 30), "close")
    assert label_column(walk(1, 30)[:0], "trend").tolist() == []


def test_an_unknown_column_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"unknown column of facts 'trend'; expected one of .*sma_20"):
        column(walk(1, 30), "trend")


def test_no_bars_have_no_column() -> None:
    assert len(column(walk(1, 30)[:0], "rsi_14")) == 0


def test_a_broken_price_is_named() -> None:
    with pytest.raises(DataError, match=r"row 1 .*open: expected a positive price, was -2.0"):
        column(bars([1.0, -2.0, 3.0]), "close")
