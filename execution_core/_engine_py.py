"""The engine in plain Python: slow, without tricks, and the definition of what `_engine.pyx` does bit for bit.

How a bar is played. At the open: market orders, then stops the open has passed, then limits. Inside the bar only levels
away from the open are left; each is reached by a move down (sell stop, buy limit) or up (buy stop, sell limit).
A declared path walks open, first extreme, second extreme, close. The pessimistic path goes first to the side that hurts
the position; a leg born inside the bar sees only what provably came after its entry: the extreme ahead of the entry's
move, and the close. Where the target would fill and the stop lies in the bar as well, it takes the stop.
"""

from __future__ import annotations

from math import isfinite
from operator import index
from typing import Any, Self

from execution_core._door import (
    ACCOUNT_FIELDS,
    ORDER_FIELDS,
    STATE_FORMAT,
    check_request,
    checked_columns,
    checked_settings,
    checked_state,
)
from execution_core._order_py import SIDE_NAMES, Order
from execution_core.records import LEG_IDS, REASONS, SIDES, OpenOrder, OrderEvent
from execution_core.sizing import round_price, round_quantity


class Engine:
    """One account in one symbol: orders in, closed bars in, events out. See `_engine.pyi` for the contract."""

    def __init__(
        self,
        *,
        cash: float = 0.0,
        path: str = "pessimistic",
        limit_fill: str = "touch",
        limit_gap: str = "improve",
        maker_fee: float = 0.0,
        taker_fee: float = 0.0,
        slippage: float = 0.0,
        tick: float = 0.0,
        lot: float = 0.0,
        min_notional: float = 0.0,
    ) -> None:
        self.settings = checked_settings(
            cash, path, limit_fill, limit_gap, maker_fee, taker_fee, slippage, tick, lot, min_notional
        )
        self.cash = float(self.settings["cash"])
        self.position = 0.0
        self.average_price = 0.0
        self.realised = 0.0
        self.fees = 0.0
        self.mark = 0.0
        self.clock = 0
        self.bars = 0
        self.ambiguous_bars = 0
        self.next_id = 1
        self._beyond = float(self.settings["tick"]) if limit_fill == "through" else 0.0
        self._orders: list[Order] = []
        self._events: list[OrderEvent] = []

    # --- what it is worth

    @property
    def unrealised(self) -> float:
        return self.position * (self.mark - self.average_price)

    @property
    def equity(self) -> float:
        return self.cash + self.position * self.mark

    # --- orders

    def place(
        self,
        kind: str,
        side: str,
        quantity: float,
        price: float = 0.0,
        *,
        stop: float = 0.0,
        target: float = 0.0,
        trail: float = 0.0,
        activation: float = 0.0,
        horizon: int = 0,
        starts: int = 0,
        expires: int = 0,
        reduce_only: bool = False,
    ) -> int:
        check_request(
            self.clock,
            self.mark,
            kind,
            side,
            quantity,
            price,
            stop,
            target,
            trail,
            activation,
            horizon,
            starts,
            expires,
            reduce_only,
        )
        sign, other = SIDES[side], "sell" if side == "buy" else "buy"
        quantity = round_quantity(float(quantity), self.settings["lot"])
        price = self._round("price", price, side, "limit" if kind == "limit" else "stop")
        stop = self._round("stop", stop, other, "stop")
        target = self._round("target", target, other, "limit")
        # A market order has no price to compare with, so only its two legs are.
        if (
            (kind != "market" and stop and (price - stop) * sign <= 0.0)
            or (kind != "market" and target and (target - price) * sign <= 0.0)
            or (stop and target and (target - stop) * sign <= 0.0)
        ):
            raise ValueError(f"a {side} needs stop, price and target in order, were {stop!r}, {price!r}, {target!r}")
        order_id = self.next_id
        has_legs = bool(stop or target or horizon or (trail and kind != "trail"))
        self.next_id += LEG_IDS if has_legs else 1
        reason = self._refusal(quantity, price or self.mark)
        if reason:
            self._tell("rejected", order_id, 0, "entry", sign, quantity, reason=reason)
            return -REASONS.index(reason)
        entry = Order(order_id, 0, kind, "entry", sign, quantity)
        entry.price, entry.is_reduce_only = price, bool(reduce_only)
        entry.starts, entry.expires = index(starts), index(expires)
        self._orders.append(entry)
        if kind == "trail":
            entry.trail, entry.activation = float(trail), float(activation)
            entry.start_trail(self.mark, self.settings["tick"])
        elif has_legs:
            self._add_legs(entry, stop, target, float(trail), float(activation), index(horizon))
        return order_id

    def _round(self, name: str, price: float, side: str, kind: str) -> float:
        rounded = round_price(float(price), self.settings["tick"], side, kind)
        if price > 0.0 and rounded == 0.0:
            raise ValueError(f"{name} must be at least one tick, was {float(price)!r}")
        return rounded

    def _refusal(self, quantity: float, price: float) -> str:
        if quantity == 0.0:
            return "below_lot"
        if price and quantity * price < self.settings["min_notional"]:
            return "below_min_notional"
        return ""

    def _add_legs(
        self, entry: Order, stop: float, target: float, trail: float, activation: float, horizon: int
    ) -> None:
        entry_id, side, quantity = entry.order_id, -entry.side, entry.quantity
        if stop or trail:
            leg = Order(entry_id + 1, entry_id, "trail" if trail else "stop", "stop", side, quantity)
            leg.price, leg.trail, leg.activation = stop, trail, activation
            self._orders.append(leg)
        if target:
            leg = Order(entry_id + 2, entry_id, "limit", "target", side, quantity)
            leg.price = target
            self._orders.append(leg)
        if horizon:
            leg = Order(entry_id + 3, entry_id, "market", "horizon", side, quantity)
            leg.bars_left = horizon
            self._orders.append(leg)

    def cancel(self, order_id: int) -> bool:
        wanted = index(order_id)
        for order in self._orders:
            if order.order_id == wanted:
                self._end(order, "cancelled", "asked")
                self._sweep()
                return True
        return False

    def move_clock(self, to: int) -> None:
        later = index(to)
        if later < self.clock:
            raise ValueError(f"the clock cannot go back from {self.clock} to {later}")
        self.clock = later

    # --- bars

    def bar(self, opened: int, closed: int, open: float, high: float, low: float, close: float) -> int:  # noqa: A002
        opened, closed = index(opened), index(closed)
        for name, price in (("open", open), ("high", high), ("low", low), ("close", close)):
            if not (isfinite(price) and price > 0.0):
                raise ValueError(f"{name} must be finite and positive, was {float(price)!r}")
        if high < max(open, close):
            raise ValueError(f"high must not lie below open or close, was {float(high)!r}")
        if low > min(open, close):
            raise ValueError(f"low must not lie above open or close, was {float(low)!r}")
        if closed <= opened:
            raise ValueError(f"closed must be later than opened, was {closed}")
        if opened < self.clock:
            raise ValueError(f"opened must not be earlier than the last close seen, was {opened}")
        return self._play(opened, closed, float(open), float(high), float(low), float(close))

    def run(self, opened: Any, closed: Any, open: Any, high: Any, low: Any, close: Any) -> int:  # noqa: A002
        columns = checked_columns(self.clock, opened=opened, closed=closed, open=open, high=high, low=low, close=close)
        return sum(self._play(*row) for row in zip(*(column.tolist() for column in columns), strict=True))

    def _play(self, opened: int, closed: int, open_: float, high: float, low: float, close: float) -> int:
        told = len(self._events)
        self.clock = closed
        self._open, self._high, self._low, self._close = open_, high, low, close
        self._is_ambiguous_bar = False
        for order in self._orders:
            order.is_asleep = order.starts > opened
        self._expire(opened)
        self._at_open()
        self._expire(closed - 1)
        self._inside()
        self._after()
        self._expire(closed)
        self.mark = close
        self.bars += 1
        self.ambiguous_bars += self._is_ambiguous_bar
        self._sweep()
        return len(self._events) - told

    def _expire(self, until: int) -> None:
        """Withdraw what expires at or before `until`. Expiry inside a bar leaves it only the open, as the rest may lie
        after it."""
        for order in self._orders:
            if not order.is_done and 0 < order.expires <= until:
                self._end(order, "expired", "")

    def _at_open(self) -> None:
        for order in list(self._orders):
            if order.works and order.kind == "market" and order.bars_left == 0:
                self._fill(order, self._open, 0, is_ambiguous=False)
        while True:
            passed = [o for o in self._orders if o.works and o.move and self._reached(o, self._open)]
            if not passed:
                return
            order = next((o for o in passed if o.is_stop), passed[0])
            price = self._open
            if order.kind == "limit" and self.settings["limit_gap"] == "at_limit":
                price = self._inside_bar(order.price)
            self._fill(order, price, 0, is_ambiguous=False)

    def _inside(self) -> None:
        touched = [o.move for o in self._orders if o.works and self._touched(o)]
        if not touched:
            return
        self._is_two_sided = -1 in touched and 1 in touched
        first = self._first_move()
        ends = (self._low, self._high) if first < 0 else (self._high, self._low)
        is_declared = self.settings["path"] != "pessimistic"
        self._walk(self._open, ends[0], first, is_declared=is_declared)
        self._walk(ends[0], ends[1], -first, is_declared=is_declared)
        if is_declared:
            self._walk(ends[1], self._close, first, is_declared=True)
        else:
            self._at_close()
        for order in self._orders:
            if order.works and order.born and order.move == -order.born and self._touched(order):
                # The level lies in the part of the bar that may have come before the entry: left alone, and said so.
                self._events[order.entry_event] = self._events[order.entry_event]._replace(is_ambiguous=True)
                self._is_ambiguous_bar = True

    def _first_move(self) -> int:
        path = self.settings["path"]
        if path == "ohlc":
            return 1
        if path == "olhc":
            return -1
        if path == "pessimistic" and self.position != 0.0:
            return -1 if self.position > 0.0 else 1
        return 1 if self._high - self._open < self._open - self._low else -1

    def _walk(self, start: float, end: float, move: int, *, is_declared: bool) -> None:
        at = start
        while True:
            best: Order | None = None
            best_point = 0.0
            for order in self._orders:
                if not order.works or order.move != move or not self._reached(order, end):
                    continue
                if order.born == -move and not is_declared:
                    continue
                level = order.trigger(self._beyond)
                point = level if (level - at) * move > 0.0 else at
                is_nearer = best is None or (best_point - point) * move > 0.0
                if is_nearer or (best is not None and point == best_point and order.is_stop and not best.is_stop):
                    best, best_point = order, point
            if best is None:
                return
            at = best_point
            self._touch(best, at, move, is_declared=is_declared)

    def _touch(self, order: Order, point: float, move: int, *, is_declared: bool) -> None:
        sibling = self._sibling(order)
        both = sibling is not None and self._touched(sibling)
        if sibling is not None and both and order.leg == "target" and not is_declared:
            order, point = sibling, sibling.price
        is_unproved = order.born == -order.move and not self._reached(order, self._close)
        price = point if order.is_stop else self._inside_bar(order.price)
        self._fill(order, price, move, is_ambiguous=self._is_two_sided or both or is_unproved)

    def _at_close(self) -> None:
        """Legs born inside the bar whose level the close has passed: it provably came after the entry."""
        while True:
            passed = [
                o for o in self._orders
                if o.works and o.born and o.move == -o.born and self._reached(o, self._close)
            ]  # fmt: skip
            if not passed:
                return
            order = next((o for o in passed if o.is_stop), passed[0])
            self._touch(order, order.price, order.move, is_declared=False)

    def _after(self) -> None:
        for order in self._orders:
            if not order.works:
                continue
            if order.kind == "trail":
                # A leg born inside the bar knows only the extreme ahead of its entry's move, else the close.
                far = self._high if order.side < 0 else self._low
                order.pull(far if order.born in (0, -order.side) else self._close, self.settings["tick"])
            if order.bars_left > 0:
                order.bars_left -= 1
            order.born = 0

    # --- levels

    def _reached(self, order: Order, price: float) -> bool:
        return order.is_reached(price, self._beyond)

    def _touched(self, order: Order) -> bool:
        return order.move != 0 and self._reached(order, self._low if order.move < 0 else self._high)

    def _inside_bar(self, price: float) -> float:
        return min(max(price, self._low), self._high)

    def _sibling(self, order: Order) -> Order | None:
        """The stop of a target, the target of a stop."""
        for other in self._orders:
            if (
                order.leg != "entry"
                and other.entry_id == order.entry_id
                and other.leg in ("stop", "target")
                and other.leg != order.leg
                and other.works
            ):
                return other
        return None

    # --- fills

    def _fill(self, order: Order, price: float, move: int, *, is_ambiguous: bool) -> None:
        assert self._low <= price <= self._high, f"fill at {price!r} outside [{self._low!r}, {self._high!r}]"
        quantity, side, before = order.quantity, order.side, self.position
        if order.is_reduce_only:
            if before * side >= 0.0:
                self._end(order, "cancelled", "nothing_to_reduce")
                return
            quantity = min(quantity, abs(before))
        is_maker = order.kind == "limit"
        if not is_maker:
            price = price * (1.0 + side * self.settings["slippage"])
        fee = quantity * price * self.settings["maker_fee" if is_maker else "taker_fee"]
        realised = self._book(side, quantity, price, fee)
        order.is_done = True
        self._is_ambiguous_bar |= is_ambiguous
        self._tell(
            "filled", order.order_id, order.entry_id, order.leg, side, quantity, price, fee, realised,
            is_ambiguous=is_ambiguous,
        )  # fmt: skip
        if order.leg == "entry":
            self._wake_legs(order, quantity, price, move)
        for other in self._orders:
            is_closed = before != 0.0 and self.position * before <= 0.0
            if other.is_done or not other.is_working or other.leg == "entry":
                continue
            if order.entry_id and other.entry_id == order.entry_id:
                self._end(other, "cancelled", "sibling_filled")
            elif is_closed and other.side * before < 0.0:
                self._end(other, "cancelled", "position_closed")
            elif other.side * self.position < 0.0:
                other.quantity = min(other.quantity, abs(self.position))

    def _book(self, side: int, quantity: float, price: float, fee: float) -> float:
        """Move cash and position; returns the profit realised before fees."""
        before, held = self.position, abs(self.position)
        realised = 0.0
        after = before + side * quantity
        if abs(after) <= 1e-12 * max(held, quantity):
            after = 0.0  # 0.1 + 0.2 - 0.3 is flat
        if before * side >= 0.0:
            self.average_price = (held * self.average_price + quantity * price) / (held + quantity)
        else:
            realised = min(quantity, held) * (price - self.average_price) * -side
            if after == 0.0:
                self.average_price = 0.0
            elif after * side > 0.0:
                self.average_price = price
        self.position = after
        self.cash -= side * quantity * price + fee
        self.realised += realised
        self.fees += fee
        return realised

    def _wake_legs(self, entry: Order, quantity: float, price: float, move: int) -> None:
        opened = min(quantity, abs(self.position)) if self.position * entry.side > 0.0 else 0.0
        for leg in self._orders:
            if leg.entry_id != entry.order_id or leg.is_done:
                continue
            if opened == 0.0:
                self._end(leg, "cancelled", "nothing_to_reduce")
                continue
            leg.is_working = True
            leg.quantity = opened
            leg.born = move
            leg.entry_event = len(self._events) - 1
            if leg.kind == "trail":
                leg.start_trail(price, self.settings["tick"])

    def _end(self, order: Order, what: str, reason: str) -> None:
        order.is_done = True
        self._tell(what, order.order_id, order.entry_id, order.leg, order.side, order.quantity, reason=reason)
        if order.leg == "entry":
            for leg in self._orders:
                if leg.entry_id == order.order_id and not leg.is_done:
                    self._end(leg, "cancelled", "entry_ended")

    def _sweep(self) -> None:
        self._orders = [order for order in self._orders if not order.is_done]

    # --- what is told and kept

    def _tell(
        self,
        what: str,
        order_id: int,
        entry_id: int,
        leg: str,
        side: int,
        quantity: float,
        price: float = 0.0,
        fee: float = 0.0,
        realised: float = 0.0,
        *,
        is_ambiguous: bool = False,
        reason: str = "",
    ) -> None:
        self._events.append(OrderEvent(
            what, order_id, entry_id, leg, SIDE_NAMES[side], quantity, price, fee, realised, self.clock, is_ambiguous,
            reason,
        ))  # fmt: skip

    def drain(self) -> list[OrderEvent]:
        events, self._events = self._events, []
        return events

    def orders(self) -> list[OpenOrder]:
        return [
            OpenOrder(
                o.order_id, o.entry_id, o.leg, o.kind, SIDE_NAMES[o.side], o.is_working, o.quantity, o.price, o.starts,
                o.expires, o.bars_left, o.is_reduce_only,
            )
            for o in self._orders
        ]  # fmt: skip

    def export(self) -> dict[str, Any]:
        return {
            "format": STATE_FORMAT,
            "settings": dict(self.settings),
            "account": {name: getattr(self, name) for name in ACCOUNT_FIELDS},
            "orders": [[getattr(order, name) for name in ORDER_FIELDS] for order in self._orders],
            "events": [list(event) for event in self._events],
        }

    @classmethod
    def restore(cls, state: dict[str, Any]) -> Self:
        state = checked_state(state)
        engine = cls(**state["settings"])
        for name in ACCOUNT_FIELDS:
            setattr(engine, name, state["account"][name])
        for row in state["orders"]:
            named = dict(zip(ORDER_FIELDS, row, strict=True))
            order = Order(row[0], row[1], row[2], row[3], row[4], 0.0)
            for name, value in named.items():
                setattr(order, name, value)
            engine._orders.append(order)
        engine._events = [OrderEvent(*event) for event in state["events"]]
        return engine
