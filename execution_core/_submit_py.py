"""How an order enters a book, and how it is changed there, in plain Python."""

from __future__ import annotations

from math import inf

from execution_core._book_py import Book, Prices
from execution_core._fills_py import fill
from execution_core._guard_py import note_order, refusal_by_guard
from execution_core._order_py import Order, Request
from execution_core.records import LEG_IDS, REASONS
from execution_core.sizing import round_price, round_quantity

IMPOSSIBLE = ("below_tick", "out_of_order")
"""Refusals that leave no trace, as nothing sensible was asked."""


def add_legs(b: Book, r: Request, entry: Order, stop: float, target: float) -> None:
    n, side, quantity = entry.order_id, -entry.side, entry.quantity
    if stop or r.stop_distance or r.stop_fraction or r.trail:
        leg = b.append(n + 1, n, "trail" if r.trail else "stop", "stop", side, quantity)
        leg.price, leg.distance, leg.fraction = stop, r.stop_distance, r.stop_fraction
        leg.trail, leg.activation = r.trail, r.activation
    if target or r.target_distance or r.target_fraction:
        leg = b.append(n + 2, n, "limit", "target", side, quantity)
        leg.price, leg.distance, leg.fraction = target, r.target_distance, r.target_fraction
    if r.horizon:
        leg = b.append(n + 3, n, "market", "horizon", side, quantity)
        leg.bars_left = r.horizon


def in_order(kind: str, sign: int, price: float, stop: float, target: float) -> bool:
    """A market order has no price to compare with, so only its two legs are."""
    return not (
        (kind != "market" and stop and (price - stop) * sign <= 0.0)
        or (kind != "market" and target and (target - price) * sign <= 0.0)
        or (stop and target and (target - stop) * sign <= 0.0)
    )


def supersede(b: Book) -> None:
    """What an earlier target still has to buy or sell is not wanted any more."""
    for order in list(b.orders):
        if order.is_target and order.leg == "entry" and not order.is_done:
            b.end(order, "cancelled", "superseded")
    b.sweep()


def fill_at_close(b: Book, order: Order) -> None:
    """Fill a market order at the last close, whose bar has no volume left to ask about."""
    b.sells, b.buys = Prices(b.bid, b.bid, b.bid, b.bid), Prices(b.ask, b.ask, b.ask, b.ask)
    b.volume, b.available, b.bar_opened = 0.0, inf, b.clock
    fill(b, order, b.prices_of(order).close, 0, is_ambiguous=False, is_taker=True)
    b.sweep()


def refusal(b: Book, side: int, quantity: float, price: float, *, reduces: bool) -> str:
    if quantity == 0.0:
        return "below_lot"
    if price and quantity * price < b.settings["min_notional"]:
        return "below_min_notional"
    return refusal_by_guard(b, side, quantity, reduces=reduces)


def submit(b: Book, r: Request) -> int:
    """Take an order: its id; 0 where a target is reached already; else minus the index of the reason."""
    side, quantity, reduces, is_bracket = r.side, r.quantity, r.is_reduce_only, r.has_legs
    if r.is_target:
        quantity = r.quantity - b.position
        if quantity == 0.0:
            supersede(b)
            return 0
        side, quantity = 1 if quantity > 0.0 else -1, abs(quantity)
        # On the way towards nothing there is no position for legs to protect that has none already.
        reduces = r.quantity == 0.0 or (b.position * r.quantity > 0.0 and abs(r.quantity) < abs(b.position))
        is_bracket = is_bracket and not reduces
    near, far = ("buy", "sell") if side > 0 else ("sell", "buy")
    price, level = round_price(r.price, b.tick, near, "stop"), round_price(r.trigger, b.tick, near, "stop")
    stop, target = round_price(r.stop, b.tick, far, "stop"), round_price(r.target, b.tick, far, "limit")
    if any(
        asked > 0.0 and rounded == 0.0
        for asked, rounded in ((r.price, price), (r.trigger, level), (r.stop, stop), (r.target, target))
    ):
        return -REASONS.index("below_tick")
    if not in_order(r.kind, side, price, stop, target):
        return -REASONS.index("out_of_order")
    if r.is_target:
        supersede(b)
    quantity = round_quantity(quantity, b.lot)
    entry = Order(b.next_id, 0, r.kind, "entry", side, quantity)
    b.next_id += LEG_IDS if is_bracket else 1
    if reason := refusal(b, side, quantity, price or b.mark, reduces=reduces):
        b.tell(entry, "rejected", reason)
        return -REASONS.index(reason)
    enter(b, r, entry, level if r.kind == "stop_limit" else price, price, reduces=reduces)
    if is_bracket and r.kind != "trail":
        add_legs(b, r, entry, stop, target)
    if b.account.guard.is_on and not reduces:
        note_order(b)
    is_due = b.settings["fill_timing"] == "same_close" and b.bars > 0 and entry.starts <= b.clock
    if is_due and r.kind == "market" and not entry.is_done:
        fill_at_close(b, entry)
    return entry.order_id


def enter(b: Book, r: Request, entry: Order, price: float, limit: float, *, reduces: bool) -> None:
    entry.price, entry.limit = price, limit if r.kind == "stop_limit" else 0.0
    entry.starts = max(r.starts, b.known_until) if b.known_until > b.clock else r.starts
    entry.expires, entry.group, entry.tif = r.expires, r.group, r.tif
    entry.is_target, entry.is_reduce_only = r.is_target, reduces
    b.orders.append(entry)
    if r.kind == "trail":
        entry.trail, entry.activation = r.trail, r.activation
        entry.start_trail(b.mark, b.tick)


def place_row(b: Book, r: Request) -> None:
    """An order from an array: what cannot be taken is told as rejected."""
    answer = submit(b, r)
    if answer < 0 and REASONS[-answer] in IMPOSSIBLE:
        b.tell(Order(b.next_id, 0, r.kind, "entry", r.side, r.quantity), "rejected", REASONS[-answer])
        b.next_id += 1


def replace(b: Book, order: Order, quantity: float, price: float) -> str:
    """Change an open order's quantity or price, 0 leaving either as it is; the reason where it cannot be."""
    level = round_price(price, b.tick, "buy" if order.side > 0 else "sell", "stop")
    size = round_quantity(quantity, b.lot)
    if price > 0.0 and level == 0.0:
        return "below_tick"
    if quantity > 0.0 and size == 0.0:
        return "below_lot"
    if (size or order.quantity) * (level or order.price) < b.settings["min_notional"] and not order.is_reduce_only:
        return "below_min_notional"
    if size:
        order.quantity = size
        if order.is_reduce_only and order.leg != "entry" and order.is_working:
            order.quantity = min(size, abs(b.position))
    if level:
        order.price = level
    b.tell(order, "replaced", "", price=order.price)
    return ""
