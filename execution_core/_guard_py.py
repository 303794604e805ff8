"""The account's circuit breakers and its end of day, in plain Python.

A breaker that trips cancels what could open or enlarge a position, closes positions at the next open where it is told
to, and stays until it is reset by hand. Protective legs of a position it leaves open stay as they are.
"""

from __future__ import annotations

from math import sqrt

from execution_core._book_py import Account, Book
from execution_core._order_py import Order

RETURNS = 20
"""Bars over which volatility is averaged, and after which it counts."""
DAY, MINUTE = 86_400_000_000_000, 60_000_000_000


def day_end(account: Account, at: int) -> int:
    """The first end of a day after `at`."""
    return ((at - account.day_starts) // DAY + 1) * DAY + account.day_starts


def stand_down(account: Account, reason: str, *, is_flattening: bool) -> None:
    """Cancel what could open a position in any symbol; close positions at the next open where asked to."""
    for b in account.books:
        is_closing = False
        for order in list(b.orders):
            if order.leg == "flat" and not order.is_done:
                is_closing = True
            elif order.leg == "entry" and not order.is_done and not order.is_reduce_only:
                b.end(order, "cancelled", reason)
        if is_flattening and b.position != 0.0 and not is_closing:
            b.append(b.next_id, 0, "market", "flat", -1 if b.position > 0.0 else 1, abs(b.position))
            b.next_id += 1
        b.sweep()


def trip(b: Book, reason: str) -> None:
    guard = b.account.guard
    if guard.tripped_by:
        return
    guard.tripped_by, guard.tripped_at = reason, b.clock
    b.tell(Order(0, 0, "market", "entry", 0, 0.0), "tripped", reason)
    stand_down(b.account, reason, is_flattening=guard.rules["flatten"])


def breach_of(b: Book, equity: float) -> str:
    guard, rules = b.account.guard, b.account.guard.rules
    lost = guard.day_began_with - equity
    base = guard.began_with if rules["drawdown_from"] == "start" else guard.peak
    found = (
        ("daily_loss", rules["daily_loss"] > 0.0 and lost >= rules["daily_loss"] * guard.day_began_with),
        ("daily_loss", 0.0 < rules["daily_loss_amount"] <= lost),
        ("drawdown", rules["drawdown"] > 0.0 and base - equity >= rules["drawdown"] * base),
        ("losing_streak", 0 < rules["losing_streak"] <= guard.streak),
        ("position", 0.0 < rules["position"] < abs(b.position)),
        ("volatility", rules["volatility"] > 0.0 and b.returns >= RETURNS and sqrt(b.variance) > rules["volatility"]),
        ("trade_rate", guard.is_hasty),
    )
    return next((name for name, is_broken in found if is_broken), "")


def watch_feed(b: Book, opened: int) -> None:
    """Trip where a symbol's data were away for too long."""
    stale = b.account.guard.rules["stale_seconds"]
    if stale > 0.0 and b.bars > 0 and opened - b.clock > stale * 1e9:
        trip(b, "stale_data")


def watch_account(b: Book, opened: int, previous: float) -> None:
    """Look at the marked account after a bar of `b` that was opened then, `previous` being the last mark before it."""
    account, guard, equity = b.account, b.account.guard, b.account.equity
    day = day_end(account, b.clock - 1)  # a bar that closes as the day ends belongs to that day
    if day != guard.day:
        if guard.day != 0:
            guard.day_began_with = guard.last_equity
        guard.day = day
    guard.last_equity = equity
    guard.peak = max(guard.peak, equity)
    if previous > 0.0:
        weight = 2.0 / (RETURNS + 1.0)
        change = b.mark / previous - 1.0
        b.variance = (1.0 - weight) * b.variance + weight * change * change
        b.returns += 1
    if guard.cutoff > 0:
        end = day_end(account, b.clock)
        if b.clock + (b.clock - opened) > end - guard.cutoff or b.clock >= end - guard.cutoff:
            guard.closing_until = end
            stand_down(account, "end_of_day", is_flattening=True)
    if not guard.tripped_by and (reason := breach_of(b, equity)):
        trip(b, reason)
    guard.is_hasty = False


def note_order(b: Book) -> None:
    """Count an order that was taken; trip where its minute has too many."""
    guard, minute = b.account.guard, b.clock // MINUTE
    if minute != guard.minute:
        guard.minute, guard.orders_in_minute = minute, 0
    guard.orders_in_minute += 1
    if 0 < guard.rules["orders_per_minute"] < guard.orders_in_minute:
        trip(b, "order_rate")


def refusal_by_guard(b: Book, side: int, quantity: float, *, reduces: bool) -> str:
    guard = b.account.guard
    if reduces:
        return ""
    if guard.tripped_by:
        return guard.tripped_by
    if b.clock < guard.closing_until:
        return "end_of_day"
    if 0.0 < guard.rules["contracts"] < abs(b.position + side * quantity):
        return "contract_limit"
    return ""


def reset_guard(account: Account) -> None:
    """By hand only: start again from what the account is worth now."""
    guard = account.guard
    for b in account.books:
        b.returns, b.variance = 0, 0.0
    guard.tripped_by, guard.tripped_at = "", 0
    guard.streak = guard.minute = guard.orders_in_minute = 0
    guard.is_hasty = False
    guard.peak = guard.day_began_with = guard.began_with = account.equity
