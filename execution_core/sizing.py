"""How much to buy: documented formulas, and rounding that never enlarges.

Quantities are in units of the instrument, prices in account currency, fractions of equity in [0, 1].
"""

from __future__ import annotations

from math import ceil, floor, isfinite

KELLY_CAP = 0.25
"""Largest fraction of equity half-Kelly may ask for."""

_ON_GRID = 1e-9
"""A value this close to a step (relative) lies on it: 98.37 / 0.01 is 9837 up to floating error."""


def fixed_fractional(equity: float, risk_fraction: float, entry: float, stop: float) -> float:
    """The quantity that loses `risk_fraction` of equity between entry and stop: f E / |entry - stop|.

    Source: R. Vince, Portfolio Management Formulas (1990), ch. 2. Zero where equity is not positive.
    """
    _check(risk_fraction=risk_fraction, entry=entry, stop=stop)
    distance = abs(entry - stop)
    if distance == 0.0:
        raise ValueError(f"stop must differ from entry, both were {entry!r}")
    return max(equity, 0.0) * risk_fraction / distance


def volatility_adjusted(equity: float, risk_fraction: float, price: float, volatility: float) -> float:
    """The quantity whose typical move per bar is `risk_fraction` of equity: f E / (volatility x price).

    `volatility` is the standard deviation (or average true range) of one bar as a fraction of the price.
    Source: C. Faith, Way of the Turtle (2007), ch. 8, with one unit per f of equity. Zero where equity is not positive.
    """
    _check(risk_fraction=risk_fraction, price=price, volatility=volatility)
    if price == 0.0 or volatility == 0.0:
        raise ValueError(f"price and volatility must be positive, were {price!r} and {volatility!r}")
    return max(equity, 0.0) * risk_fraction / (volatility * price)


def fixed_r(amount: float, entry: float, stop: float) -> float:
    """The quantity that loses `amount` of account currency, one R, between entry and stop.

    Source: V. Tharp, Trade Your Way to Financial Freedom (1998), ch. 12.
    """
    _check(amount=amount, entry=entry, stop=stop)
    if entry == stop:
        raise ValueError(f"stop must differ from entry, both were {entry!r}")
    return amount / abs(entry - stop)


def kelly(win_rate: float, payoff: float, share: float = 0.5, cap: float = KELLY_CAP) -> float:
    """`share` of the Kelly fraction, in [0, cap]: (p - (1 - p) / b) x share, with b the mean win over the mean loss.

    Both must come from measured outcomes. Source: J. L. Kelly, Bell System Technical Journal 35 (1956); a part of it,
    and capped, because p and b are estimates.
    """
    for name, value in (("win_rate", win_rate), ("share", share), ("cap", cap)):
        if not 0.0 <= value <= 1.0:
            raise ValueError(f"{name} must lie in [0, 1], was {value!r}")
    if not (isfinite(payoff) and payoff > 0.0):
        raise ValueError(f"payoff must be positive, was {payoff!r}")
    full = win_rate - (1.0 - win_rate) / payoff
    return min(max(full * share, 0.0), cap)


def half_kelly(win_rate: float, payoff: float) -> float:
    """`kelly` with its usual share and cap: what the risk step asks for."""
    return kelly(win_rate, payoff)


def round_quantity(quantity: float, lot: float) -> float:
    """The largest multiple of `lot` not above `quantity`; unchanged where lot is 0 (no smallest step)."""
    _check(quantity=quantity, lot=lot)
    return _to_step(quantity, lot, up=False)


def round_price(price: float, tick: float, side: str, kind: str) -> float:
    """`price` on the tick grid: a limit to the passive side (a worse chance to fill, never a worse price), a stop to
    the aggressive side (triggers earlier, so a protective stop never risks more); unchanged where tick is 0.

    side is `buy` or `sell`, kind is `limit` or `stop`.
    """
    _check(price=price, tick=tick)
    if side not in ("buy", "sell") or kind not in ("limit", "stop"):
        raise ValueError(f"expected side buy or sell and kind limit or stop, was {side!r}, {kind!r}")
    # Both a buy limit and a buy stop come down: away from the market for the first, towards it for the second.
    return _to_step(price, tick, up=side == "sell")


def _to_step(value: float, step: float, *, up: bool) -> float:
    if step == 0.0:
        return value
    steps = value / step
    if not isfinite(steps):
        return value
    nearest = floor(steps + 0.5)
    if abs(steps - nearest) <= _ON_GRID * max(1.0, abs(steps)):
        return value
    whole = ceil(steps) if up else floor(steps)
    # Dividing by a whole number of steps per unit gives the shortest decimal: 9837 / 100 and not 9837 * 0.01.
    per_unit = floor(1.0 / step + 0.5)
    if per_unit > 0 and abs(per_unit * step - 1.0) < 1e-12:
        return whole / per_unit
    return whole * step


def _check(**values: float) -> None:
    for name, value in values.items():
        if not (isfinite(value) and value >= 0.0):
            raise ValueError(f"{name} must be finite and not negative, was {value!r}")
