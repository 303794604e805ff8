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

EXITS = ("stop", "target", "bars", "signal", "rule")
"""What ended a trade; a trailing stop is a stop, and a rule is one of the account."""
_EXIT_OF = {"stop": 0, "target": 1, "horizon": 2, "entry": 3, "flat": 4}


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
    """The same had every ambiguous bar ended the better way; sizes as they were."""
    pessimistic: Floats
    """The same had every ambiguous bar ended the worse way."""


_DTYPES: dict[str, type[np.generic]] = {
    "decided": np.int64, "entered": np.int64, "left": np.int64, "is_left_at_open": np.bool_, "side": np.int8,
    "exit_by": np.int8, "is_ambiguous": np.bool_,
}  # fmt: skip


def keep(bars: Bars, played: Played, cash: float, terms: Terms) -> Book:
    """The book of a run that began with `cash`."""
    fills = [event for event in played.events if event.what == "filled"]
    rows = np.searchsorted(bars.closed, np.array([event.at for event in fills], dtype=np.int64))
    trades, rest = _trades(fills, rows, played.orders, terms)
    equity, better, worse = (
        np.concatenate([[start], column])
        for start, column in ((cash, played.equity), (0.0, played.better), (0.0, played.worse))
    )
    last = float(bars.close[played.end - 1])
    return Book(trades, _held(rest, last), equity, equity + better, equity + worse)


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
        "is_left_at_open": last.leg not in ("stop", "target"),
        "side": _sign(entry),
        "quantity": quantity,
        "entry": entry.price,
        "exit": sum(part.price * part.quantity for part in parts) / sum(part.quantity for part in parts),
        "fees": sum(part.fee for part in (entry, *parts)),
        "slippage": _slipped(entry, is_limit=order.is_limit, terms=terms)
        + sum(_slipped(part, is_limit=part.leg == "target", terms=terms) for part in parts),
        "exit_by": _EXIT_OF[last.leg],
        "is_ambiguous": any(part.is_ambiguous for part in (entry, *parts)),
    }


def _slipped(fill: OrderEvent, *, is_limit: bool, terms: Terms) -> float:
    """In account currency. Limits do not slip; of others the price is the market's times 1 + slippage."""
    if is_limit:
        return 0.0
    return abs(fill.price - fill.price / (1.0 + _sign(fill) * terms.slippage)) * fill.quantity


def _held(rest: tuple[OrderEvent, int] | None, last: float) -> Held | None:
    if rest is None:
        return None
    entry, entered = rest
    side = _sign(entry)
    unrealised = side * entry.quantity * (last - entry.price)
    return Held(side, entry.quantity, entry.price, entered, entry.fee, unrealised)


def _sign(event: OrderEvent) -> int:
    return 1 if event.side == "buy" else -1
