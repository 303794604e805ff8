"""What a fill costs and moves, and what it does to the orders around it, in plain Python."""

from __future__ import annotations

from math import sqrt
from typing import Any

from execution_core._book_py import Book
from execution_core._order_py import Order
from execution_core.sizing import round_quantity


def slipped(b: Book, side: int, price: float, quantity: float) -> float:
    share: float = b.slippage
    if b.settings["impact"] != 0.0 and b.volume > 0.0:
        share = share + b.settings["impact"] * sqrt(min(quantity / b.volume, 1.0))
    price = price * (1.0 + side * share) + side * b.slip_step
    return price if price > 0.0 else b.tick


def paid_for(b: Book, order: Order, price: float, quantity: float) -> float:
    """After slippage, which takes a limit no further than its price."""
    paid = slipped(b, order.side, price, quantity)
    return order.price if order.kind == "limit" and (paid - order.price) * order.side > 0.0 else paid


def fee_of(b: Book, quantity: float, price: float, *, is_taker: bool) -> float:
    rate: float = b.settings["taker_fee" if is_taker else "maker_fee"]
    fee = quantity * price * rate + float(b.settings["fixed_fee"])
    return max(fee, float(b.settings["min_fee"]))


def settle(b: Book, side: int, quantity: float, price: float, fee: float) -> dict[str, Any]:
    """Move cash and position; what that closed, for the event."""
    before, held = b.position, abs(b.position)
    after = before + side * quantity
    told: dict[str, Any] = {}
    if abs(after) <= 1e-12 * max(held, quantity):
        after = 0.0  # 0.1 + 0.2 - 0.3 is flat
    if before * side >= 0.0:
        b.average_price = (held * b.average_price + quantity * price) / (held + quantity)
        b.entry_fees += fee
        if before == 0.0:
            b.opened_at = b.clock
            b.carried_at = b.bar_opened
    else:
        closed = min(quantity, held)
        part = fee * closed / quantity
        entry_part = b.entry_fees * closed / held
        realised = closed * (price - b.average_price) * -side
        told = {"closed": closed, "entry_price": b.average_price, "opened_at": b.opened_at,
                "trade_fees": entry_part + part, "realised": realised}  # fmt: skip
        b.realised += realised
        b.entry_fees -= entry_part
        if after == 0.0:
            b.average_price = b.entry_fees = 0.0
        elif after * side > 0.0:
            b.average_price, b.entry_fees, b.opened_at = price, fee - part, b.clock
        profit = realised - (entry_part + part)
        if profit < 0.0:
            b.account.guard.streak += b.account.guard.is_on
        elif profit > 0.0:
            b.account.guard.streak = 0
    b.position = after
    b.account.cash -= side * quantity * price + fee
    b.fees += fee
    return told


def wake_legs(b: Book, entry: Order, quantity: float, price: float, move: int) -> None:
    opened = min(quantity, abs(b.position)) if b.position * entry.side > 0.0 else 0.0
    for leg in b.orders:
        if leg.entry_id != entry.order_id or leg.is_done:
            continue
        if opened == 0.0:
            if entry.is_done:
                b.end(leg, "cancelled", "nothing_to_reduce")
        elif leg.is_working:
            leg.quantity += opened
        else:
            leg.is_working = True
            leg.quantity, leg.born, leg.entry_event = opened, move, len(b.events) - 1
            leg.place_leg(price, b.tick)
            if leg.kind == "trail":
                leg.start_trail(price, b.tick)


def margin_level(b: Book) -> float:
    """The price at which what the account is worth no longer covers maintenance; 0 where none does that."""
    share = b.account.maintenance
    free = b.worth_beside - share * b.gross_beside
    if b.position > 0.0:
        level = -free / (b.position * (1.0 - share))
        return level if level > 0.0 else 0.0
    level = free / (-b.position * (1.0 + share))
    return level if level > 0.0 else 1e-300


def watch_margin(b: Book, move: int) -> None:
    """Keep the order that closes the position where a margin call would: one for each book, used again and again."""
    side = 0 if b.position == 0.0 else (-1 if b.position > 0.0 else 1)
    order = next((o for o in b.orders if o.leg == "margin"), None)
    if side == 0:
        if order is not None:
            order.is_done = True
        return
    if order is None:
        order = b.append(0, 0, "stop", "margin", 0, 0.0)
        order.is_done = True
    if order.is_done or order.side != side:
        order.order_id = b.next_id
        b.next_id += 1
        order.side = side
        order.is_done = order.is_spent = False
        order.born, order.entry_event = move, len(b.events) - 1
    order.quantity = abs(b.position)
    level = margin_level(b)
    if move != 0 and (level - order.price) * order.side < 0.0:
        # Nearer than before: what the bar reached ahead of this fill is not known to have come after it.
        order.born, order.entry_event = move, len(b.events) - 1
    order.price = level


def refusal_at_fill(b: Book, order: Order, quantity: float, price: float, fee: float) -> str:
    """Why the account may not hold what the whole order would lead to, at the price and the fee of this fill."""
    after = abs(b.position + order.side * quantity)
    if after <= abs(b.position):
        return ""
    contracts = b.account.guard.rules["contracts"]
    if contracts > 0.0 and after > contracts:
        return "contract_limit"
    leverage = b.account.leverage
    worth = b.worth_beside + b.position * price - fee
    if leverage > 0.0 and b.gross_beside + after * price > leverage * worth * (1.0 + 1e-12):
        return "no_margin"
    return ""


def after_fill(b: Book, order: Order, before: float) -> None:
    """Cancel or shrink what rests on what has changed: siblings, legs of a closed position, the rest of an entry."""
    is_closed = before != 0.0 and b.position * before <= 0.0
    for other in list(b.orders):
        if other.is_done or not other.is_working or other is order:
            continue
        is_sibling = order.entry_id != 0 and other.entry_id == order.entry_id
        if order.group != 0 and other.group == order.group:
            follow_sibling(b, order, other)
        elif other.leg == "entry":
            follow_leg(b, order, other)
        elif is_sibling:
            follow_sibling(b, order, other)
        elif is_closed and other.side * before < 0.0:
            if other.leg == "margin":
                other.is_done = True
            else:
                b.end(other, "cancelled", "position_closed")
        elif other.side * b.position < 0.0:
            other.quantity = min(other.quantity, abs(b.position))


def follow_sibling(b: Book, order: Order, other: Order) -> None:
    if order.is_done:
        b.end(other, "cancelled", "sibling_filled")
    else:
        other.quantity = min(other.quantity, order.quantity)


def follow_leg(b: Book, order: Order, entry: Order) -> None:
    if order.leg == "margin":
        b.end(entry, "cancelled", "margin_call")
    elif order.entry_id == entry.order_id and order.entry_id != 0:
        # Its legs still protect what it bought: only the rest of the entry goes.
        entry.is_done = True
        b.tell(entry, "cancelled", "sibling_filled")


def fill(b: Book, order: Order, price: float, move: int, *, is_ambiguous: bool, is_taker: bool) -> None:
    prices, before = b.prices_of(order), b.position
    assert prices.low <= price <= prices.high, f"fill at {price!r} outside [{prices.low!r}, {prices.high!r}]"
    wanted = min(order.quantity, abs(before)) if order.is_reduce_only else order.quantity
    if order.is_reduce_only and before * order.side >= 0.0:
        b.end(order, "cancelled", "nothing_to_reduce")
        return
    quantity = wanted
    if quantity > b.available:
        quantity = round_quantity(b.available, b.lot)
        if quantity <= 0.0:
            order.is_spent = True
            return
    if is_taker:
        price = paid_for(b, order, price, quantity)
    fee = fee_of(b, quantity, price, is_taker=is_taker)
    if not order.is_reduce_only and (reason := refusal_at_fill(b, order, wanted, price, fee)):
        b.end(order, "cancelled", reason)
        return
    b.available -= quantity
    b.is_ambiguous_bar |= is_ambiguous
    told = settle(b, order.side, quantity, price, fee)
    is_part = wanted - quantity > 1e-12 * wanted
    b.tell(
        order, "partly_filled" if is_part else "filled", "", quantity=quantity, price=price, fee=fee,
        is_ambiguous=is_ambiguous, **told,
    )  # fmt: skip
    if is_part:
        order.quantity, order.is_spent = wanted - quantity, True
    else:
        order.is_done = True
    if order.leg == "entry":
        if not order.is_reduce_only:
            note_entry(b)
        wake_legs(b, order, quantity, price, move)
    after_fill(b, order, before)
    if b.account.maintenance > 0.0:
        watch_margin(b, move)


def note_entry(b: Book) -> None:
    guard = b.account.guard
    if not guard.is_on:
        return
    if guard.last_entry and b.clock - guard.last_entry < guard.rules["seconds_between_trades"] * 1e9:
        guard.is_hasty = True
    guard.last_entry = b.clock


def reach(b: Book, order: Order, point: float, move: int, *, is_ambiguous: bool) -> None:
    """Fill an order whose level is reached at `point`. A stop-limit is a limit from here on, which fills at once where
    the market is within it."""
    if order.kind != "stop_limit":
        fill(b, order, point, move, is_ambiguous=is_ambiguous, is_taker=order.kind != "limit")
        return
    b.tell(order, "triggered", "", price=point)
    order.kind, order.price, order.born, order.entry_event = "limit", order.limit, move, len(b.events) - 1
    if (order.price - point) * order.side >= 0.0:
        fill(b, order, point, move, is_ambiguous=is_ambiguous, is_taker=True)
