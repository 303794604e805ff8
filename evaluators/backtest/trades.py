"""What the engine told, as closed trades and a path of equity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluators.backtest.playing import Order, Played, Terms
from evaluators.statistics import Trades
from execution_core.records import EVENTS, LEGS
from fks_agents.bars import Bars, Floats, Nanoseconds
from fks_agents.events import Codes, Flags

Events = NDArray[Any]
"""Rows of the engine's events."""

EXITS = ("signal", "stop", "target", "bars", "margin", "rule")
"""What ended a trade, in the order of the engine's legs. A trailing stop is a stop; a rule is one of the account."""
_STOP, _TARGET = LEGS.index("stop"), LEGS.index("target")
_FILLED = EVENTS.index("filled")


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
    resolved: tuple[Floats, Floats] | None
    """The same of two further runs, in which every ambiguous bar goes against the position, and for it; later orders
    and sizes follow. None where an interruption came first."""

    @property
    def band(self) -> tuple[Floats, Floats] | None:
        """Least and greatest equity of the three runs at each close."""
        if self.resolved is None:
            return None
        runs = (self.equity, *self.resolved)
        return np.min(runs, axis=0), np.max(runs, axis=0)


def keep(bars: Bars, played: Played, resolved: Sequence[Played] | None, cash: float, terms: Terms) -> Book:
    """The book of a run that began with `cash`, and of what it was `resolved` to."""
    opens, closes = _ends(played.events)
    equity, *others = (np.append(cash, run.equity) for run in (played, *(resolved or ())))
    log = _log(bars, opens[: len(closes)], closes, played.orders, terms)
    held = _held(bars, opens[len(closes) :], float(bars.close[played.end - 1]))
    return Book(log, held, equity, (others[0], others[1]) if others else None)


def closed_trades(bars: Bars, events: Events, orders: Mapping[int, Order], terms: Terms) -> TradeLog:
    opens, closes = _ends(events)
    return _log(bars, opens[: len(closes)], closes, orders, terms)


def _ends(events: Events) -> tuple[Events, Events]:
    """The fills that open and those that close: one position at a time, entered and left whole, so they take turns."""
    fills = events[events["what"] == _FILLED]
    return fills[fills["closed"] == 0.0], fills[fills["closed"] > 0.0]


def _log(bars: Bars, opens: Events, closes: Events, orders: Mapping[int, Order], terms: Terms) -> TradeLog:
    placed = [orders[number] for number in opens["order_id"].tolist()]
    waited = np.array([order.is_limit for order in placed], dtype=np.bool_)
    quantity, by = closes["closed"], closes["leg"]
    # A limit does not slip.
    slipped = _slipped(opens, ~waited, terms) + _slipped(closes, by != _TARGET, terms)
    return TradeLog(
        decided=np.array([order.row for order in placed], dtype=np.int64),
        entered=_rows(bars, opens["at"]),
        left=_rows(bars, closes["at"]),
        is_left_at_open=(by != _STOP) & (by != _TARGET),
        side=opens["side"].astype(np.int8),
        quantity=quantity.copy(),
        entry=opens["price"].copy(),
        exit=closes["price"].copy(),
        fees=closes["trade_fees"].copy(),
        slippage=slipped * quantity,
        exit_by=by.astype(np.int8),
        is_ambiguous=(opens["is_ambiguous"] | closes["is_ambiguous"]).astype(np.bool_),
    )


def _slipped(fills: Events, slips: Flags, terms: Terms) -> Floats:
    """Per unit: a price paid is the market's times 1 + slippage, against the side that paid it."""
    market = fills["price"] / (1.0 + fills["side"] * terms.slippage)
    return np.where(slips, np.abs(fills["price"] - market), 0.0)


def _held(bars: Bars, opens: Events, last: float) -> Held | None:
    if not len(opens):
        return None
    entry = opens[0]
    side, quantity, price = int(entry["side"]), float(entry["quantity"]), float(entry["price"])
    entered = int(_rows(bars, opens["at"])[0])
    return Held(side, quantity, price, entered, float(entry["fee"]), side * quantity * (last - price))


def _rows(bars: Bars, closed: Nanoseconds) -> Nanoseconds:
    return np.searchsorted(bars.closed, closed).astype(np.int64)
