"""The plain engine's account and books, a book for each symbol, and what either is worth."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any, NamedTuple

from execution_core import rules
from execution_core._order_py import SIDE_NAMES, Order
from execution_core.records import OrderEvent


class Prices(NamedTuple):
    open: float
    high: float
    low: float
    close: float


class Guard:
    """The account's rules, as they are set, and what they remember."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.rules: dict[str, Any] = {**rules.KNOWN, **settings["rules"]}
        self.is_on = bool(settings["rules"])
        self.cutoff = self.rules["cutoff_minutes"] * 60_000_000_000
        self.began_with = self.peak = self.day_began_with = self.last_equity = settings["cash"]
        self.day = self.streak = self.minute = self.orders_in_minute = 0
        self.last_entry = self.closing_until = self.tripped_at = 0
        self.is_hasty = False
        self.tripped_by = ""


class Account:
    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.cash: float = settings["cash"]
        self.leverage: float = settings["leverage"]
        self.maintenance: float = settings["maintenance"]
        self.day_starts: int = settings["day_starts"] * 1_000_000_000
        self.guard = Guard(settings)
        self.books: list[Book] = []

    @property
    def equity(self) -> float:
        worth = self.cash
        for book in self.books:
            worth = worth + book.position * book.mark
        return worth


class Book:
    """One symbol: its position, its orders and the bar that is being played."""

    def __init__(self, settings: Mapping[str, Any], account: Account) -> None:
        self.settings = settings
        self.account = account
        account.books.append(self)
        self.tick: float = settings["tick"]
        self.lot: float = settings["lot"]
        self.beyond: float = self.tick if settings["limit_fill"] == "through" else 0.0
        self.probability: float = settings["fill_probability"] if settings["limit_fill"] == "prob" else 1.0
        self.slippage: float = settings["slippage"] + settings["spread"] / 2.0
        self.slip_step: float = settings["slippage_ticks"] * self.tick
        self.position = self.average_price = self.realised = self.fees = self.funding = 0.0
        self.bid = self.ask = self.entry_fees = self.variance = 0.0
        self.returns = self.opened_at = self.carried_at = self.clock = self.bars = self.ambiguous_bars = 0
        self.next_id = 1
        self.bar_opened = 0
        self.sells = self.buys = Prices(0.0, 0.0, 0.0, 0.0)
        self.volume = 0.0
        self.available = inf
        self.is_ambiguous_bar = self.is_two_sided = self.is_inside = False
        self.orders: list[Order] = []
        self.events: list[OrderEvent] = []

    # --- what it is worth

    @property
    def mark(self) -> float:
        """What closing the position would get: the bid of a long, the ask of a short, else the middle."""
        if self.position > 0.0:
            return self.bid
        return self.ask if self.position < 0.0 else 0.5 * (self.bid + self.ask)

    @property
    def gross_beside(self) -> float:
        gross = 0.0
        for book in self.account.books:
            if book is not self:
                gross = gross + abs(book.position) * book.mark
        return gross

    @property
    def worth_beside(self) -> float:
        worth = self.account.cash
        for book in self.account.books:
            if book is not self:
                worth = worth + book.position * book.mark
        return worth

    @property
    def known_until(self) -> int:
        """The last close seen in any symbol of the account: an order of now cannot act in a bar that was open then."""
        return max(book.clock for book in self.account.books)

    def prices_of(self, order: Order) -> Prices:
        return self.buys if order.side > 0 else self.sells

    # --- orders and events

    def append(self, order_id: int, entry_id: int, kind: str, leg: str, side: int, quantity: float) -> Order:
        order = Order(order_id, entry_id, kind, leg, side, quantity)
        self.orders.append(order)
        return order

    def tell(self, order: Order, what: str, reason: str, **rest: Any) -> None:
        self.events.append(OrderEvent(
            what, order.order_id, order.entry_id, order.leg, SIDE_NAMES[order.side],
            **{"quantity": order.quantity, "price": 0.0, "fee": 0.0, "realised": 0.0, "at": self.clock,
               "is_ambiguous": False, "reason": reason, **rest},
        ))  # fmt: skip

    def end(self, order: Order, what: str, reason: str) -> None:
        order.is_done = True
        self.tell(order, what, reason)
        if order.leg == "entry":
            for leg in self.orders:
                if leg.entry_id == order.order_id and not leg.is_done and not leg.is_working:
                    leg.is_done = True
                    self.tell(leg, "cancelled", "entry_ended")

    def sweep(self) -> None:
        self.orders = [order for order in self.orders if not order.is_done]

    def find(self, order_id: int) -> Order | None:
        return next((o for o in self.orders if o.order_id == order_id and not o.is_done), None)
