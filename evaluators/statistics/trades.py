"""Closed trades in columns, and what they say on their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluators.statistics._arrays import Floats, column, same_length
from fks_agents.errors import DataError

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Trades:
    """One closed trade in each row; all columns of shape (k,). DataError names column and row of what cannot be.

    Prices are those paid, slippage included; `slippage` says how much of them it was.
    """

    entered: Rows
    """Row of the bar in which it was entered."""
    left: Rows
    """Row of the bar in which it was left; not before `entered`."""
    side: NDArray[np.int8]
    """1 long, -1 short."""
    quantity: Floats
    """Units of the instrument, positive."""
    entry: Floats
    exit: Floats
    fees: Floats
    """Paid in all, in account currency; a rebate is negative."""
    slippage: Floats
    """Lost to slippage, in account currency."""

    def __post_init__(self) -> None:
        for name, dtype in (("entered", np.int64), ("left", np.int64), ("side", np.int8)):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=dtype))
        for name in ("quantity", "entry", "exit", "fees", "slippage"):
            object.__setattr__(self, name, column(getattr(self, name), name, least=0))
        same_length(**{name: getattr(self, name) for name in self.__slots__})
        _refuse("side", self.side, np.abs(self.side) != 1, "1 or -1")
        _refuse("entered", self.entered, self.entered < 0, "at least 0")
        _refuse("left", self.left, self.left < self.entered, "not before the entry")
        for name in ("quantity", "entry", "exit"):
            _refuse(name, getattr(self, name), getattr(self, name) <= 0.0, "a positive number")

    def __len__(self) -> int:
        return len(self.entered)

    @property
    def profits(self) -> Floats:
        """After fees, in account currency."""
        return np.asarray(self.side * self.quantity * (self.exit - self.entry) - self.fees)

    @property
    def returns(self) -> Floats:
        """Profit after fees as a fraction of the entry's value: what the tests of significance take."""
        return np.asarray(self.profits / (self.quantity * self.entry))


@dataclass(frozen=True, slots=True)
class TradeMetrics:
    """Money in account currency, shares as fractions. None where there is no value, with the reason in `undefined`."""

    trades: int
    win_rate: float | None
    """Share of trades with a profit after fees."""
    profit_factor: float | None
    """Sum of profits / sum of losses, after fees."""
    payoff: float | None
    """Mean profit / mean loss."""
    expectancy: float | None
    """Mean profit of a trade after fees, in account currency."""
    expectancy_percent: float | None
    """The same in percent of the value at entry, each trade alike."""
    exposure: float | None
    """Share of bars in which a position was held at some time."""
    turnover: float | None
    """Value bought and sold in a year / mean equity."""
    fees: float
    slippage: float
    undefined: Mapping[str, str]


def measure_trades(trades: Trades, equity: Floats, per_year: float) -> TradeMetrics:
    """What these trades say, on a path of equity at the close of each bar; raises DataError where one left after it."""
    bars = len(equity) - 1
    _refuse("left", trades.left, trades.left >= bars, f"a row below {bars}, the bars of the equity")
    undefined: dict[str, str] = {}

    def ratio(name: str, numerator: float, denominator: float, reason: str) -> float | None:
        if denominator > 0.0:
            return numerator / denominator
        undefined[name] = reason
        return None

    profits, count = trades.profits, len(trades)
    won, lost = profits[profits > 0.0], -profits[profits < 0.0]
    mean_won = float(np.mean(won)) if len(won) else 0.0
    traded = float(np.sum(trades.quantity * (trades.entry + trades.exit)))
    capital = float(np.mean(equity)) * bars / per_year
    return TradeMetrics(
        trades=count,
        win_rate=ratio("win_rate", len(won), count, "no trade"),
        profit_factor=ratio("profit_factor", float(won.sum()), float(lost.sum()), "no trade lost"),
        payoff=ratio("payoff", mean_won, float(np.mean(lost)) if len(lost) else 0.0, "no trade lost"),
        expectancy=ratio("expectancy", float(profits.sum()), count, "no trade"),
        expectancy_percent=ratio("expectancy_percent", 100.0 * float(trades.returns.sum()), count, "no trade"),
        exposure=ratio("exposure", float(_held(trades, bars)), bars, "no bar has passed"),
        turnover=ratio("turnover", traded, capital, "no bar has passed, or mean equity is not positive"),
        fees=float(trades.fees.sum()),
        slippage=float(trades.slippage.sum()),
        undefined=undefined,
    )


def _held(trades: Trades, bars: int) -> int:
    changes = np.zeros(bars + 1, dtype=np.int64)
    np.add.at(changes, trades.entered, 1)
    np.add.at(changes, trades.left + 1, -1)
    return int(np.count_nonzero(np.cumsum(changes)[:bars]))


def _refuse(name: str, values: NDArray[Any], bad: NDArray[np.bool_], expected: str) -> None:
    if bad.any():
        row = int(np.argmax(bad))
        raise DataError(f"{name}, row {row}: expected {expected}, was {values[row].item()!r}")
