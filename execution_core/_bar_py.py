"""How a bar is played on a book, in plain Python.

At the open: market orders, then stops the open has passed, then limits. Inside the bar only levels away from the open
are left; each is reached by a move down (sell stop, buy limit) or up (buy stop, sell limit). A declared path walks
open, first extreme, second extreme, close. The pessimistic path goes first to the side that hurts the position; a leg
born inside the bar sees only what provably came after its entry: the extreme ahead of the entry's move, and the close.
Where the target would fill and the stop lies in the bar as well, it takes the stop. The adverse path also takes a stop
that may have been reached before the entry; the favourable path is the adverse one turned round: target before stop.
Sales are filled on the bid, purchases on the ask, which are one where the bar has one price.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from execution_core._book_py import Book, Prices
from execution_core._fills_py import fill, reach, watch_margin
from execution_core._guard_py import day_end, watch_account, watch_feed
from execution_core._order_py import Order

TAKEN = {"adverse": ("stop", "margin"), "favourable": ("target",)}
"""Legs whose level, where it may have been reached before their entry, counts as reached after it, by path."""
FUNDING_NS, YEAR_NS = 28_800_000_000_000, 31_536_000e9
MASK = 2**64 - 1


class Bar(NamedTuple):
    opened: int
    closed: int
    bid: Prices
    ask: Prices
    volume: float
    """Not positive: unknown."""


def touched(b: Book, order: Order) -> bool:
    prices = b.prices_of(order)
    return order.move != 0 and order.is_reached(prices.low if order.move < 0 else prices.high, b.beyond)


def inside_bar(prices: Prices, price: float) -> float:
    return min(max(price, prices.low), prices.high)


def expire(b: Book, until: int) -> None:
    """Withdraw what expires at or before `until`. Expiry inside a bar leaves it only the open, as the rest may lie
    after it."""
    for order in b.orders:
        if not order.is_done and 0 < order.expires <= until:
            b.end(order, "expired", "")


def sibling_of(b: Book, order: Order) -> Order | None:
    """The stop of a target, the target of a stop."""
    legs = ("stop", "target")
    if order.leg not in legs:
        return None
    others = (o for o in b.orders if o.entry_id == order.entry_id and o.leg in legs and o.leg != order.leg)
    return next((o for o in others if o.works), None)


def at_open(b: Book) -> None:
    for order in list(b.orders):
        if order.works and order.kind == "market" and order.bars_left == 0:
            fill(b, order, b.prices_of(order).open, 0, is_ambiguous=False, is_taker=True)
    while True:
        passed = [o for o in b.orders if o.works and o.move and o.is_reached(b.prices_of(o).open, b.beyond)]
        if not passed:
            break
        order = next((o for o in passed if o.is_stop), passed[0])
        prices, sibling = b.prices_of(order), sibling_of(b, order)
        if sibling is not None and touched(b, sibling):
            b.is_ambiguous_bar = True
        if order.kind == "limit" and b.settings["limit_gap"] == "at_limit":
            fill(b, order, inside_bar(prices, order.price), 0, is_ambiguous=False, is_taker=False)
        else:
            reach(b, order, prices.open, 0, is_ambiguous=False)
    for order in b.orders:
        if order.tif == "ioc" and order.is_working and not order.is_asleep and not order.is_done:
            b.end(order, "cancelled", "unfilled")


def mixed(x: int) -> int:
    """splitmix64's last step (Steele, Lea, Flood 2014)."""
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & MASK
    return x ^ (x >> 31)


def is_lucky(b: Book, order: Order) -> bool:
    """Whether a limit that is touched in this bar fills: one draw for each order and bar, from the seed."""
    if b.probability >= 1.0:
        return True
    x = mixed((b.settings["seed"] + order.order_id * 0x9E3779B97F4A7C15) & MASK)
    x = mixed((x + b.bars) & MASK)
    return (x >> 11) * (1.0 / 2**53) < b.probability


def touch(b: Book, order: Order, point: float, move: int, *, is_declared: bool) -> None:
    sibling = sibling_of(b, order)
    both = sibling is not None and touched(b, sibling)
    taken = "target" if b.settings["path"] == "favourable" else "stop"
    if sibling is not None and both and not is_declared and sibling.leg == taken:
        order, point = sibling, inside_bar(b.prices_of(sibling), sibling.price)
    prices = b.prices_of(order)
    is_unproved = order.born == -order.move and not order.is_reached(prices.close, b.beyond)
    if order.kind == "limit" and not is_lucky(b, order):
        order.is_spent = True
        return
    if not order.is_stop:
        point = inside_bar(prices, order.price)
    reach(b, order, point, move, is_ambiguous=b.is_two_sided or both or is_unproved)


def walk(b: Book, start: str, end: str, move: int, *, is_declared: bool) -> None:
    """From one point of the bar to the next, filling on the way; both sides walk in step, measured on the bid."""
    at: float = getattr(b.sells, start)
    spread: float = getattr(b.buys, start) - at
    while True:
        best: Order | None = None
        best_key = best_level = 0.0
        for order in b.orders:
            reached = order.is_reached(getattr(b.prices_of(order), end), b.beyond)
            if not order.works or order.move != move or not reached or (order.born == -move and not is_declared):
                continue
            level = order.trigger(b.beyond)
            key = level - spread if order.side > 0 else level
            if not (key - at) * move > 0.0:
                key = at
                level = at + spread if order.side > 0 else at
            is_nearer = best is None or (best_key - key) * move > 0.0
            if is_nearer or (best is not None and key == best_key and order.is_stop and not best.is_stop):
                best, best_key, best_level = order, key, level
        if best is None:
            return
        at = best_key
        touch(b, best, inside_bar(b.prices_of(best), best_level), move, is_declared=is_declared)


def first_move(b: Book) -> int:
    path = b.settings["path"]
    if path == "ohlc":
        return 1
    if path == "olhc":
        return -1
    if path in ("pessimistic", "adverse") and b.position != 0.0:
        return -1 if b.position > 0.0 else 1
    if path == "favourable" and b.position != 0.0:
        return 1 if b.position > 0.0 else -1
    return 1 if b.sells.high - b.sells.open < b.sells.open - b.sells.low else -1


def inside(b: Book) -> None:
    moves = [order.move for order in b.orders if order.works and touched(b, order)]
    if not moves:
        return
    b.is_two_sided = -1 in moves and 1 in moves
    first = first_move(b)
    near, far = ("low", "high") if first < 0 else ("high", "low")
    is_declared = b.settings["path"] in ("ohlc", "olhc", "adaptive")
    if first in moves:
        walk(b, "open", near, first, is_declared=is_declared)
        walk(b, near, far, -first, is_declared=is_declared)
    else:
        # On the way to the nearer extreme nothing waits: what the path is does not matter.
        walk(b, "open", far, -first, is_declared=is_declared)
    if is_declared:
        walk(b, far, "close", first, is_declared=True)
    else:
        at_close(b)
    # What lies in the part of the bar that may have come before the entry: left alone, and said so.
    for order in list(b.orders):
        if order.works and order.born and order.move == -order.born and touched(b, order):
            b.events[order.entry_event] = b.events[order.entry_event]._replace(is_ambiguous=True)
            b.is_ambiguous_bar = True
            if order.leg in TAKEN.get(b.settings["path"], ()):
                touch(b, order, inside_bar(b.prices_of(order), order.price), order.move, is_declared=False)


def at_close(b: Book) -> None:
    """Legs born inside the bar whose level the close has passed: it provably came after the entry."""
    while True:
        passed = [
            o for o in b.orders
            if o.works and o.born and o.move == -o.born and o.is_reached(b.prices_of(o).close, b.beyond)
        ]  # fmt: skip
        if not passed:
            return
        order = next((o for o in passed if o.is_stop), passed[0])
        prices = b.prices_of(order)
        # A level outside the bar was passed when the leg was born, as slippage may do: the close is what is left.
        point = order.price if prices.low <= order.price <= prices.high else prices.close
        touch(b, order, point, order.move, is_declared=False)


def after(b: Book, *, is_last: bool) -> None:
    for order in b.orders:
        order.is_spent = False
        if not order.works:
            continue
        if order.kind == "trail":
            # A leg born inside the bar knows only the extreme ahead of its entry's move, else the close.
            prices = b.prices_of(order)
            far = prices.high if order.side < 0 else prices.low
            order.pull(far if order.born in (0, -order.side) else prices.close, b.tick)
        if order.bars_left > 0 and is_last:
            order.bars_left -= 1
        order.born = 0


def carry(b: Book, opened: int) -> None:
    """Funding at every eighth hour of the day, borrowing by the time, on what was held until this bar."""
    value = b.position * b.mark
    if b.position != 0.0:
        times = opened // FUNDING_NS - b.carried_at // FUNDING_NS
        paid = value * b.settings["funding_rate"] * times
        if b.position < 0.0:
            paid = paid - value * b.settings["borrow_rate"] * ((opened - b.carried_at) / YEAR_NS)
        b.funding += paid
        b.account.cash -= paid
        b.carried_at = opened


def play_orders(b: Book, bar: Bar, *, is_last: bool) -> None:
    for order in b.orders:
        order.is_asleep = order.starts > bar.opened
        if order.tif == "day" and order.expires == 0 and not order.is_asleep and order.leg == "entry":
            order.expires = day_end(b.account, bar.opened)
    if b.account.maintenance > 0.0:
        watch_margin(b, 0)
    expire(b, bar.opened)
    at_open(b)
    expire(b, bar.closed - 1)
    inside(b)
    after(b, is_last=is_last)
    expire(b, bar.closed)
    b.sweep()


def play(b: Book, bar: Bar, *, is_last: bool) -> None:
    """One bar, valid and later than the clock, or the next finer bar of one."""
    previous, share = b.mark, b.settings["participation"]
    watch_feed(b, bar.opened)
    b.sells, b.buys, b.volume = bar.bid, bar.ask, bar.volume
    b.available = share * bar.volume if share > 0.0 and bar.volume > 0.0 else inf
    if not b.is_inside:
        b.is_ambiguous_bar = False
    if b.settings["funding_rate"] != 0.0 or b.settings["borrow_rate"] != 0.0:
        carry(b, bar.opened)
    b.clock, b.bar_opened = bar.closed, bar.opened
    if b.orders:
        play_orders(b, bar, is_last=is_last)
    b.bid, b.ask = bar.bid.close, bar.ask.close
    b.bars += is_last
    b.ambiguous_bars += is_last and b.is_ambiguous_bar
    b.is_inside = not is_last
    if b.account.guard.is_on:
        watch_account(b, bar.opened, previous)
