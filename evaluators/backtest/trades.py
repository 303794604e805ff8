"""What the engine told, as closed trades and a path of equity."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluators.backtest.playing import Order, Played, Terms
from evaluators.statistics import Trades
from execution_core import OrderEvent
from fks_agents.bars import Bars, Floats, Nanoseconds
from fks_agents.events import Codes, Flags

EXITS = ("stop", "target", "bars", "signal")
"""What ended a trade; a trailing stop is a stop."""
_EXIT_OF = {"stop": 0, "target": 1, "horizon": 2, "entry": 3}
_AT_OPEN = ("horizon", "entry")


@dataclass(frozen=True, eq=False)
class TradeLog:
    """Closed trades in the order they were closed, one row each; all columns of shape (k,). Rows count bars."""

    decided: Nanoseconds
    """Row of the bar at whose close the entry was decided."""
    entered: Nanoseconds
    left: Nanoseconds
    is_left_at_open: Flags
    side: Codes
    """1 long, -1 short."""
    quantity: Floats
    entry: Floats
    """Price paid, slippage included."""
    exit: Floats
    fees: Floats
    slippage: Floats
    """Lost to slippage, in account currency; part of the prices."""
    exit_by: Codes
    """Index into `EXITS`."""
    better: Floats
    """What an ambiguous stop would have gained more at the target, in account currency before fees; else 0."""
    is_ambiguous: Flags
    """Another order of events inside a bar would have ended the trade differently."""

    def __len__(self) -> int:
        return len(self.entered)

    def after(self, first: int) -> Trades:
        """For statistics, with rows counted from `first`."""
        return Trades(
            self.entered - first, self.left - first, self.side, self.quantity, self.entry, self.exit, self.fees,
            self.slippage,
        )  # fmt: skip

    @property
    def profits(self) -> Floats:
        """After fees, in account currency."""
        return np.asarray(self.side * self.quantity * (self.exit - self.entry) - self.fees)

    @property
    def returns(self) -> Floats:
        """Profit as a fraction of the value at entry."""
        return np.asarray(self.profits / (self.quantity * self.entry))


class Held(NamedTuple):
    """The position that was open at the end."""

    side: int
    quantity: float
    entry: float
    entered: int
    fee: float
    """Paid at the entry."""
    unrealised: float
    """Before the fee."""


class Book(NamedTuple):
    trades: TradeLog
    held: Held | None
    equity: Floats
    """At the start and at the close of each bar played; shape (n + 1,)."""
    optimistic: Floats
    """The same where each bar that reached both stop and target had ended at the target; sizes as they were."""
    exposed: Floats
    """Position at the close of each bar played, in units; shape (n,)."""


_DTYPES: dict[str, type[np.generic]] = {
    "decided": np.int64, "entered": np.int64, "left": np.int64, "is_left_at_open": np.bool_, "side": np.int8,
    "exit_by": np.int8, "is_ambiguous": np.bool_,
}  # fmt: skip


def keep(bars: Bars, played: Played, cash: float, terms: Terms, first: int) -> Book:
    """The book of a run that began at row `first` with `cash`."""
    fills = [event for event in played.events if event.what == "filled"]
    rows = np.searchsorted(bars.closed, np.array([event.at for event in fills], dtype=np.int64))
    signed = np.array([_sign(event) * event.quantity for event in fills])
    prices, fees = np.array([event.price for event in fills]), np.array([event.fee for event in fills])
    size = played.end - first
    held, paid = np.zeros(size), np.zeros(size)
    np.add.at(held, rows - first, signed)
    np.add.at(paid, rows - first, signed * prices + fees)
    held = np.cumsum(held)
    # 0.1 + 0.2 - 0.3 is flat.
    held[np.abs(held) <= 1e-9 * np.max(np.abs(signed), initial=0.0)] = 0.0
    equity = cash - np.cumsum(paid) + held * bars.close[first : played.end]
    trades, rest = _trades(fills, rows, played.orders, terms)
    last = float(bars.close[played.end - 1]) if size else 0.0
    gained = np.bincount(trades.left - first, weights=trades.better, minlength=size)
    equity = np.concatenate([[cash], equity])
    return Book(trades, _held(rest, last), equity, equity + np.concatenate([[0.0], np.cumsum(gained)]), held)


def _trades(
    fills: list[OrderEvent], rows: NDArray[np.intp], orders: dict[int, Order], terms: Terms
) -> tuple[TradeLog, tuple[OrderEvent, int] | None]:
    """Closed trades, and the entry of one that is not."""
    closed: list[dict[str, Any]] = []
    entry: OrderEvent | None = None
    parts: list[OrderEvent] = []
    entered, left_over = 0, 0.0
    for fill, row in zip(fills, rows.tolist(), strict=True):
        if entry is None:
            entry, entered, left_over, parts = fill, row, fill.quantity, []
            continue
        parts.append(fill)
        left_over -= fill.quantity
        if left_over <= 1e-9 * entry.quantity:
            closed.append(_closed(entry, entered, parts, row, orders[entry.order_id], terms))
            entry = None
    columns = {
        each.name: np.array([trade[each.name] for trade in closed], dtype=_DTYPES.get(each.name, np.float64))
        for each in fields(TradeLog)
    }
    return TradeLog(**columns), None if entry is None else (entry, entered)


def _closed(
    entry: OrderEvent, entered: int, parts: list[OrderEvent], left: int, order: Order, terms: Terms
) -> dict[str, Any]:
    last, quantity = parts[-1], entry.quantity
    return {
        "decided": order.row,
        "entered": entered,
        "left": left,
        "is_left_at_open": last.leg in _AT_OPEN,
        "side": _sign(entry),
        "quantity": quantity,
        "entry": entry.price,
        "exit": sum(part.price * part.quantity for part in parts) / sum(part.quantity for part in parts),
        "fees": sum(part.fee for part in (entry, *parts)),
        "slippage": sum(_slipped(part, order, terms) for part in (entry, *parts)),
        "exit_by": _EXIT_OF[last.leg],
        "better": _better(entry, last, order),
        "is_ambiguous": any(part.is_ambiguous for part in (entry, *parts)),
    }


def _slipped(fill: OrderEvent, order: Order, terms: Terms) -> float:
    """In account currency. Limits do not slip; of others the price is the market's times 1 + slippage."""
    if fill.leg == "target" or (fill.leg == "entry" and order.is_limit and _sign(fill) == order.side):
        return 0.0
    return abs(fill.price - fill.price / (1.0 + _sign(fill) * terms.slippage)) * fill.quantity


def _better(entry: OrderEvent, last: OrderEvent, order: Order) -> float:
    if last.leg != "stop" or not last.is_ambiguous or not order.target:
        return 0.0
    return max(_sign(entry) * (order.target - last.price) * last.quantity, 0.0)


def _held(rest: tuple[OrderEvent, int] | None, last: float) -> Held | None:
    if rest is None:
        return None
    entry, entered = rest
    side = _sign(entry)
    unrealised = side * entry.quantity * (last - entry.price)
    return Held(side, entry.quantity, entry.price, entered, entry.fee, unrealised)


def _sign(event: OrderEvent) -> int:
    return 1 if event.side == "buy" else -1
