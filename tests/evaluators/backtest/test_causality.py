"""No decision knows what comes after it: what is said of the first bars is said of them whatever follows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from evaluators.backtest import Strategy, Terms, load, presets, run
from evaluators.backtest.conditions import View
from evaluators.backtest.signals import signals
from fks_agents.bars import Bars, Floats
from tests.evaluators.backtest.tables import walk

TERMS = Terms(fee=0.001, slippage=0.0005, tick=0.01, lot=0.0001)


class Peeking(View):
    """The naive control: facts of the next bar."""

    def fact(self, name: str) -> Floats:
        return np.roll(super().fact(name), -1)


def differing(strategy: Strategy, whole: Bars, known: int, view: type[View] = View) -> list[str]:
    """Columns of signals that say something else of the first bars where they are all there is."""
    alone, among = signals(strategy, view(whole[:known])), signals(strategy, view(whole))
    return [
        name
        for name, column in alone._asdict().items()
        if isinstance(column, np.ndarray)
        and not np.array_equal(column, getattr(among, name)[:known], equal_nan=column.dtype == np.float64)
    ]


def closed(strategy: Strategy, bars: Bars, until: int) -> list[tuple[Any, ...]]:
    """Trades that were left before this row."""
    log = run(strategy, bars, terms=TERMS).book.trades
    rows = zip(*vars(log).values(), strict=True)
    left = list(vars(log)).index("left")
    return [row for row in rows if row[left] < until]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), known=st.integers(2, 399), name=st.sampled_from(presets()))
def test_the_first_bars_have_the_same_signals_alone(seed: int, known: int, name: str) -> None:
    whole = walk(seed, 400, "1h" if name == "london_sweep" else "1d")
    assert differing(load(name), whole, known) == []


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), known=st.integers(200, 399), name=st.sampled_from(presets()))
def test_trades_closed_by_then_are_the_first_ones_of_the_whole(seed: int, known: int, name: str) -> None:
    whole = walk(seed, 400, "1h" if name == "london_sweep" else "1d")
    assert closed(load(name), whole[:known], known) == closed(load(name), whole, known)


@pytest.mark.parametrize("name", presets())
def test_noise_in_place_of_the_future_changes_no_signal_before_it(name: str) -> None:
    whole, noise = walk(1, 400, "1h"), walk(2, 400, "1h")
    later = {
        column: np.concatenate([getattr(whole, column)[:300], getattr(noise, column)[300:]])
        for column in ("open", "high", "low", "close")
    }
    other = replace(whole, **later)  # type: ignore[arg-type]
    one, two = signals(load(name), View(whole)), signals(load(name), View(other))
    for column, values in one._asdict().items():
        if isinstance(values, np.ndarray):
            np.testing.assert_array_equal(values[:300], getattr(two, column)[:300], err_msg=column)


def test_a_view_that_peeks_is_found_out() -> None:
    whole = walk(7, 400)
    cross = load("sma_cross")
    assert all(differing(cross, whole, known) == [] for known in range(100, 400, 20))
    assert any(differing(cross, whole, known, Peeking) for known in range(100, 400))
