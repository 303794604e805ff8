"""Account limits as arithmetic: a quantity goes in, the same or a smaller one comes out, with every limit that bit."""

from __future__ import annotations

from math import isfinite
from typing import NamedTuple

from execution_core.sizing import round_quantity


class Limits(NamedTuple):
    max_position: float = 0.25
    """Largest position in one symbol, as a fraction of equity."""
    max_daily_loss: float = 0.05
    """Loss since the previous day's close, as a fraction, at which trading stops."""
    max_drawdown: float = 0.15
    """Fall from the highest equity, as a fraction, at which trading stops."""
    max_losing_streak: int = 5
    min_seconds_between_trades: float = 300.0
    min_conviction: float = 0.6


class Account(NamedTuple):
    equity: float
    held: float = 0.0
    """Value already held or ordered in the symbol, in account currency, not negative."""
    day_return: float = 0.0
    drawdown: float = 0.0
    losing_streak: int = 0
    seconds_since_trade: float | None = None
    """None before the first trade."""


class Cut(NamedTuple):
    """One limit that bit."""

    limit: str
    before: float
    after: float
    reason: str


class Allowed(NamedTuple):
    quantity: float
    cuts: tuple[Cut, ...]


def shrink(
    quantity: float, price: float, conviction: float, account: Account, limits: Limits, lot: float = 0.0
) -> Allowed:
    """Apply the limits in their order: position, daily loss, drawdown, losing streak, time between trades, conviction.

    Never enlarges. A limit that forbids the trade leaves 0; once 0, later limits have nothing left to cut and are not
    named. Raises ValueError where a number is not finite, or quantity or price has no sense.
    """
    if not (isfinite(quantity) and quantity >= 0.0):
        raise ValueError(f"quantity must be finite and not negative, was {quantity!r}")
    if not (isfinite(price) and price > 0.0):
        raise ValueError(f"price must be finite and positive, was {price!r}")
    for name, value in (("conviction", conviction), *zip(Account._fields, account, strict=True)):
        if value is not None and not isfinite(value):
            raise ValueError(f"{name} must be finite, was {value!r}")
    cuts: list[Cut] = []
    for limit, after, reason in _demands(quantity, price, conviction, account, limits, lot):
        if after < quantity:
            cuts.append(Cut(limit, quantity, after, reason))
            quantity = after
    return Allowed(quantity, tuple(cuts))


def _demands(
    quantity: float, price: float, conviction: float, account: Account, limits: Limits, lot: float
) -> list[tuple[str, float, str]]:
    room = max(limits.max_position * account.equity - account.held, 0.0)
    fits = quantity if quantity * price <= room else round_quantity(room / price, lot)
    since = account.seconds_since_trade
    forbids = (
        ("daily_loss", -account.day_return >= limits.max_daily_loss,
         f"day's return {_percent(account.day_return)}, stops at {_percent(-limits.max_daily_loss)}"),
        ("drawdown", account.drawdown >= limits.max_drawdown,
         f"drawdown {_percent(account.drawdown)}, stops at {_percent(limits.max_drawdown)}"),
        ("losing_streak", account.losing_streak >= limits.max_losing_streak,
         f"{account.losing_streak} losses in a row, stops at {limits.max_losing_streak}"),
        ("time_between_trades", since is not None and since < limits.min_seconds_between_trades,
         f"{since} s since the last trade, needs {limits.min_seconds_between_trades}"),
        ("conviction", conviction < limits.min_conviction,
         f"conviction {conviction:.4g}, needs {limits.min_conviction:.4g}"),
    )  # fmt: skip
    position = (
        f"at most {_percent(limits.max_position)} of equity {account.equity:,.2f}, {account.held:,.2f} held already"
    )
    return [("position", fits, position), *((name, 0.0, why) for name, is_broken, why in forbids if is_broken)]


def _percent(fraction: float) -> str:
    return f"{fraction * 100:.2f}".rstrip("0").rstrip(".") + " %"
