"""Limits over everything an account holds: a quantity goes in, the same or a smaller one comes out, with what bit."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite
from typing import NamedTuple

from execution_core.limits import Allowed, Cut
from execution_core.sizing import round_quantity


class Holding(NamedTuple):
    symbol: str
    value: float
    """Signed, in account currency; negative is short."""
    group: str = ""
    """Symbols that move together share one; empty: none."""


class PortfolioLimits(NamedTuple):
    """Fractions of equity; infinite: no such limit."""

    gross: float = inf
    """All holdings, long and short added up."""
    net: float = inf
    """Long less short, whichever is larger."""
    per_symbol: float = inf
    per_group: float = inf
    """One correlated group, long and short added up."""


def fit(
    quantity: float,
    price: float,
    wanted: Holding,
    held: Sequence[Holding],
    equity: float,
    limits: PortfolioLimits,
    lot: float = 0.0,
) -> Allowed:
    """The part of `quantity` that all limits leave. `wanted` names symbol, group and, by its sign, side.

    Never enlarges; what reduces a holding of the other side is counted as reducing it. Raises ValueError where a number
    is not finite, or quantity or price has no sense.
    """
    for name, value in (("quantity", quantity), ("equity", equity), *((h.symbol, h.value) for h in held)):
        if not isfinite(value):
            raise ValueError(f"{name} must be finite, was {value!r}")
    if quantity < 0.0 or price <= 0.0 or not isfinite(price) or wanted.value == 0.0:
        raise ValueError(f"expected quantity >= 0, price > 0 and a side, was {quantity!r}, {price!r}, {wanted.value!r}")
    side = 1.0 if wanted.value > 0.0 else -1.0
    cuts: list[Cut] = []
    for limit, share, room in _rooms(side, wanted, held, equity, limits):
        room = max(room, 0.0)
        after = quantity if quantity * price <= room else round_quantity(room / price, lot)
        if after < quantity:
            cuts.append(Cut(limit, quantity, after, f"at most {share:.4f} of equity {equity:.2f}"))
            quantity = after
    return Allowed(quantity, tuple(cuts))


def _rooms(
    side: float, wanted: Holding, held: Sequence[Holding], equity: float, limits: PortfolioLimits
) -> list[tuple[str, float, float]]:
    """Each limit with the value that may still be traded on this side."""
    worth = max(equity, 0.0)
    own = side * sum(h.value for h in held if h.symbol == wanted.symbol)
    others = [h for h in held if h.symbol != wanted.symbol]
    gross = sum(abs(h.value) for h in others)
    net = side * sum(h.value for h in others)
    group = sum(abs(h.value) for h in others if h.group == wanted.group) if wanted.group else 0.0
    rooms = [
        ("per_symbol", limits.per_symbol, limits.per_symbol * worth - own),
        ("gross", limits.gross, limits.gross * worth - gross - own),
        ("net", limits.net, limits.net * worth - net - own),
    ]
    if wanted.group:
        rooms.append(("per_group", limits.per_group, limits.per_group * worth - group - own))
    return [(name, share, room if isfinite(share) else inf) for name, share, room in rooms]
