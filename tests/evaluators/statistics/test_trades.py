from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evaluators.statistics import Trades, measure, measure_trades
from fks_agents.errors import DataError

COLUMNS: dict[str, Any] = {
    "entered": [0, 3, 4], "left": [1, 5, 5], "side": [1, -1, 1], "quantity": [10.0, 5.0, 1.0],
    "entry": [10.0, 20.0, 30.0], "exit": [12.0, 22.0, 30.0], "fees": [1.0, 2.0, 0.5], "slippage": [0.5, 0.25, 0.0],
}  # fmt: skip
"""Profits 10 x 2 - 1 = 19, 5 x -2 - 2 = -12, 0 - 0.5 = -0.5."""
TRADES = Trades(**COLUMNS)
EQUITY = np.full(9, 1000.0)


def test_profits_are_after_fees_and_returns_on_the_value_at_entry() -> None:
    assert TRADES.profits.tolist() == [19.0, -12.0, -0.5]
    assert TRADES.returns == pytest.approx([0.19, -0.12, -0.5 / 30.0])
    assert len(TRADES) == 3


def test_every_metric_of_trades_worked_by_hand() -> None:
    found = measure_trades(TRADES, EQUITY, per_year=8.0)
    assert found.win_rate == pytest.approx(1 / 3)
    assert found.profit_factor == pytest.approx(19.0 / 12.5)
    assert found.payoff == pytest.approx(19.0 / 6.25)
    assert found.expectancy == pytest.approx(6.5 / 3)
    assert found.expectancy_percent == pytest.approx(100.0 * (0.19 - 0.12 - 0.5 / 30.0) / 3)
    assert found.exposure == 5 / 8  # bars 0, 1, 3, 4, 5 of 8
    assert found.turnover == pytest.approx((10 * 22 + 5 * 42 + 60) / 1000.0)  # one year
    assert (found.fees, found.slippage) == (3.5, 0.75)
    assert found.undefined == {}
    assert measure(EQUITY, per_year=8.0, trades=TRADES).trades == found


def test_without_a_losing_trade_there_is_no_profit_factor() -> None:
    found = measure_trades(Trades(**{name: values[:1] for name, values in COLUMNS.items()}), EQUITY, 8.0)
    assert (found.profit_factor, found.payoff) == (None, None)
    assert found.undefined == {"profit_factor": "no trade lost", "payoff": "no trade lost"}


def test_no_trade_at_all_is_a_result() -> None:
    none: dict[str, Any] = {name: [] for name in COLUMNS}
    found = measure_trades(Trades(**none), EQUITY, 8.0)
    assert (found.trades, found.exposure, found.turnover, found.fees) == (0, 0.0, 0.0, 0.0)
    assert found.undefined["win_rate"] == found.undefined["expectancy"] == "no trade"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"side": [1, 0, 1]}, "side, row 1: expected 1 or -1, was 0"),
        ({"left": [1, 2, 5]}, "left, row 1: expected not before the entry, was 2"),
        ({"entered": [-1, 3, 4]}, "entered, row 0: expected at least 0, was -1"),
        ({"entry": [10.0, 20.0, 0.0]}, r"entry, row 2: expected a positive number, was 0\.0"),
        ({"fees": [1.0, float("nan"), 0.5]}, "fees, row 1: expected a finite number, was nan"),
        ({"exit": [12.0]}, "exit: expected 3 values as in entered, was 1"),
    ],
)
def test_trades_that_cannot_be_are_refused(changed: dict[str, Any], says: str) -> None:
    with pytest.raises(DataError, match=says):
        Trades(**(COLUMNS | changed))


def test_a_trade_left_after_the_last_bar_is_refused() -> None:
    with pytest.raises(DataError, match="left, row 1: expected a row below 5, the bars of the equity, was 5"):
        measure_trades(TRADES, EQUITY[:6], 8.0)
