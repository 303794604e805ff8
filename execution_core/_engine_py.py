"""The engine in plain Python: slow, without tricks, and the definition of what `_engine.pyx` does bit for bit."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import Any, Self

from execution_core import _arrays, _columns, _door
from execution_core._bar_py import Bar, play
from execution_core._book_py import Account, Book, Prices
from execution_core._guard_py import reset_guard, watch_feed
from execution_core._order_py import SIDE_NAMES, Order, Request
from execution_core._saved import ACCOUNT_FIELDS, GUARD_FIELDS, ORDER_FIELDS, STATE_FORMAT, checked_state
from execution_core._submit_py import IMPOSSIBLE, replace, submit
from execution_core.records import EVENTS, LEGS, REASONS, SIDES, Columns, OpenOrder, OrderEvent
from execution_core.strategies import Strategy


class Engine:
    """One account in one symbol: orders in, closed bars in, events out. See `_engine.pyi` for the contract."""

    book_type = Book

    def __init__(
        self,
        *,
        cash: float = 0.0,
        path: str = "pessimistic",
        fill_timing: str = "next_open",
        limit_fill: str = "touch",
        fill_probability: float = 1.0,
        seed: int = 0,
        limit_gap: str = "improve",
        maker_fee: float = 0.0,
        taker_fee: float = 0.0,
        fixed_fee: float = 0.0,
        min_fee: float = 0.0,
        slippage: float = 0.0,
        slippage_ticks: float = 0.0,
        spread: float = 0.0,
        impact: float = 0.0,
        participation: float = 0.0,
        funding_rate: float = 0.0,
        borrow_rate: float = 0.0,
        leverage: float = 0.0,
        maintenance: float = 0.0,
        day_starts: int = 0,
        tick: float = 0.0,
        lot: float = 0.0,
        min_notional: float = 0.0,
        rules: Any = None,
        beside: Engine | None = None,
    ) -> None:
        self.settings = _door.checked_settings(
            cash=cash, path=path, fill_timing=fill_timing, limit_fill=limit_fill, fill_probability=fill_probability,
            seed=seed, limit_gap=limit_gap, maker_fee=maker_fee, taker_fee=taker_fee, fixed_fee=fixed_fee,
            min_fee=min_fee, slippage=slippage, slippage_ticks=slippage_ticks, spread=spread, impact=impact,
            participation=participation, funding_rate=funding_rate, borrow_rate=borrow_rate, leverage=leverage,
            maintenance=maintenance, day_starts=day_starts, tick=tick, lot=lot, min_notional=min_notional, rules=rules,
            is_beside=beside is not None,
        )  # fmt: skip
        self.book: Book = self.book_type(
            self.settings, Account(self.settings) if beside is None else beside.book.account
        )
        self.is_running = False

    def __getattr__(self, name: str) -> Any:
        if (name in ACCOUNT_FIELDS and name != "cash") or name == "mark":
            return getattr(self.book, name)
        raise AttributeError(name)

    # --- what it is worth

    @property
    def cash(self) -> float:
        return self.book.account.cash

    @property
    def unrealised(self) -> float:
        return self.book.position * (self.book.mark - self.book.average_price)

    @property
    def equity(self) -> float:
        return self.book.account.equity

    @property
    def symbols(self) -> int:
        return len(self.book.account.books)

    @property
    def number(self) -> int:
        return self.book.account.books.index(self.book)

    @property
    def breaker(self) -> tuple[str, int] | None:
        guard = self.book.account.guard
        return (guard.tripped_by, guard.tripped_at) if guard.tripped_by else None

    def reset_breaker(self) -> None:
        reset_guard(self.book.account)

    # --- orders

    def place(
        self,
        kind: str,
        side: str,
        quantity: float,
        price: float = 0.0,
        *,
        trigger: float = 0.0,
        stop: float = 0.0,
        target: float = 0.0,
        trail: float = 0.0,
        activation: float = 0.0,
        stop_distance: float = 0.0,
        target_distance: float = 0.0,
        stop_fraction: float = 0.0,
        target_fraction: float = 0.0,
        horizon: int = 0,
        starts: int = 0,
        expires: int = 0,
        tif: str = "gtc",
        group: int = 0,
        reduce_only: bool = False,
    ) -> int:
        r = Request(
            quantity * 1.0, "", 0, price * 1.0, trigger * 1.0, stop * 1.0, target * 1.0, trail * 1.0, activation * 1.0,
            stop_distance * 1.0, target_distance * 1.0, stop_fraction * 1.0, target_fraction * 1.0,
        )  # fmt: skip
        counts = (horizon, starts, expires, group)
        _door.check_request(self.book.clock, self.book.mark, kind, side, tif, r.quantity, r.levels, counts, reduce_only)
        r.horizon, r.starts, r.expires, r.group = (index(count) for count in counts)
        r.kind, r.side, r.tif, r.is_reduce_only = kind, SIDES[side], tif, bool(reduce_only)
        return self._submit(r)

    def aim(
        self,
        position: float,
        *,
        stop: float = 0.0,
        target: float = 0.0,
        trail: float = 0.0,
        activation: float = 0.0,
        stop_distance: float = 0.0,
        target_distance: float = 0.0,
        stop_fraction: float = 0.0,
        target_fraction: float = 0.0,
        horizon: int = 0,
    ) -> int:
        r = Request(
            position * 1.0, "market", 0, 0.0, 0.0, stop * 1.0, target * 1.0, trail * 1.0, activation * 1.0,
            stop_distance * 1.0, target_distance * 1.0, stop_fraction * 1.0, target_fraction * 1.0, index(horizon),
            is_target=True,
        )  # fmt: skip
        _door.check_target(r.quantity, r.levels, r.horizon)
        return self._submit(r)

    def _submit(self, r: Request) -> int:
        answer = submit(self.book, r)
        if answer < 0 and REASONS[-answer] in IMPOSSIBLE:
            _door.refuse_levels(r.levels, r.side, self.book.tick)
        return answer

    def cancel(self, order_id: int) -> bool:
        order = self.book.find(index(order_id))
        if order is None:
            return False
        self.book.end(order, "cancelled", "asked")
        self.book.sweep()
        return True

    def replace(self, order_id: int, *, quantity: float = 0.0, price: float = 0.0) -> bool:
        wanted = index(order_id)
        _door.check_replacement(quantity, price)
        order = self.book.find(wanted)
        if order is None:
            return False
        if order.kind == "market" and price != 0.0:
            raise ValueError(f"a market order has no price, was {float(price)!r}")
        reason = replace(self.book, order, quantity * 1.0, price * 1.0)
        if reason:
            raise ValueError(f"the new quantity or price is {reason}, was {float(quantity)!r}, {float(price)!r}")
        return True

    def move_clock(self, to: int) -> None:
        later = index(to)
        if later < self.book.clock:
            raise ValueError(f"the clock cannot go back from {self.book.clock} to {later}")
        watch_feed(self.book, later)
        self.book.clock = later

    # --- bars

    def bar(
        self, opened: int, closed: int, open: float, high: float, low: float, close: float, volume: float = 0.0, *,  # noqa: A002
        ask: Any = None,
    ) -> int:  # fmt: skip
        told, prices = len(self.book.events), Prices(open * 1.0, high * 1.0, low * 1.0, close * 1.0)
        other = _door.checked_bar(self.book.clock, opened, closed, prices, volume, ask, self.settings["path"])
        bar = Bar(index(opened), index(closed), prices, Prices(*(price * 1.0 for price in other)), volume * 1.0)
        play(self.book, bar, is_last=True)
        return len(self.book.events) - told

    def run(
        self, opened: Any, closed: Any, open: Any, high: Any, low: Any, close: Any, volume: Any = None, *,  # noqa: A002
        ask: Any = None, finer: Any = None, orders: Any = None, strategy: Any = None, on_bar: Any = None,
        equity: Any = None,
    ) -> int:  # fmt: skip
        columns = Columns(opened, closed, open, high, low, close, volume, ask)
        path, clock = self.settings["path"], self.book.clock
        feed = _columns.checked_feed(clock, columns, path)
        fine = None if finer is None else _columns.checked_feed(clock, finer, path)
        return self._go(feed, fine, orders, strategy, on_bar, equity)

    def run_ticks(
        self, at: Any, bid: Any, ask: Any = None, volume: Any = None, *, orders: Any = None, strategy: Any = None,
        on_bar: Any = None, equity: Any = None,
    ) -> int:  # fmt: skip
        feed = _columns.checked_ticks(self.book.clock, at, bid, ask, volume)
        return self._go(feed, None, orders, strategy, on_bar, equity)

    def _go(self, feed: Any, finer: Any, orders: Any, strategy: Any, on_bar: Any, equity: Any) -> int:
        from execution_core._run_py import run

        told = len(self.book.events)
        _door.check_run(orders, strategy, on_bar)
        if self.is_running:
            raise ValueError("the engine is running: it cannot be run from its own callback")
        if orders is not None:
            orders = _columns.checked_requests(orders, len(feed[0]))
        if strategy is not None:
            _door.check_strategy(strategy)
        if equity is not None:
            equity = _columns.checked_output(equity, len(feed[0]))
        self.is_running = True
        try:
            run(self, self.book, feed, finer, orders, strategy, on_bar, equity)
        finally:
            self.is_running = False
        return len(self.book.events) - told

    # --- what is told and kept

    def drain(self) -> list[OrderEvent]:
        events, self.book.events = self.book.events, []
        return events

    def drain_rows(self) -> Any:
        events = self.drain()
        rows = _columns.empty_events(len(events))
        for row, event in zip(rows, events, strict=True):
            named = event._asdict()
            codes = {"what": EVENTS, "leg": LEGS, "reason": REASONS}
            for name, value in named.items():
                row[name] = codes[name].index(value) if name in codes else value if name != "side" else 0
            row["side"] = SIDES.get(event.side, 0)
        return rows

    def orders(self) -> list[OpenOrder]:
        return [
            OpenOrder(
                o.order_id, o.entry_id, o.leg, o.kind, SIDE_NAMES[o.side], o.is_working, o.quantity, o.price, o.starts,
                o.expires, o.bars_left, o.is_reduce_only,
            )
            for o in self.book.orders
        ]  # fmt: skip

    def export(self) -> dict[str, Any]:
        return {
            "format": STATE_FORMAT,
            "settings": _door.plain_settings(self.settings),
            "account": {name: getattr(self, name) for name in ACCOUNT_FIELDS},
            "guard": {name: getattr(self.book.account.guard, name) for name in GUARD_FIELDS},
            "orders": [[getattr(order, name) for name in ORDER_FIELDS] for order in self.book.orders],
            "events": [list(event) for event in self.book.events],
        }

    @classmethod
    def restore(cls, state: dict[str, Any], *, beside: Engine | None = None) -> Self:
        state = checked_state(state)
        engine = cls(**state["settings"], beside=beside)
        for name in ACCOUNT_FIELDS:
            if name != "cash":
                setattr(engine.book, name, state["account"][name])
        if beside is None:
            engine.book.account.cash = state["account"]["cash"]
            for name in GUARD_FIELDS:
                setattr(engine.book.account.guard, name, state["guard"][name])
        for row in state["orders"]:
            order = Order(row[0], row[1], row[2], row[3], row[4], 0.0)
            for name, value in zip(ORDER_FIELDS, row, strict=True):
                setattr(order, name, value)
            engine.book.orders.append(order)
        engine.book.events = [OrderEvent(*event) for event in state["events"]]
        return engine


def run_together(engines: Sequence[Engine], bars: Any, orders: Any, equity: Any, on_bar: Any = None) -> None:
    from execution_core import _run_py

    _run_py.run_together(engines, bars, orders, equity, on_bar)


def sides(strategy: Strategy, closes: Any) -> bytearray:
    from execution_core._turns_py import turns_of

    prices = _arrays.column("closes", closes, "float64")
    _door.check_strategy(strategy)
    turns, side, held = turns_of(strategy), 0, bytearray()
    for close in prices.tolist():
        turned = turns.after(close)
        side = side if turned is None else turned
        held.append(side & 0xFF)
    return held
