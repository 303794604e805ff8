"""What the limits of an account leave of an order: over everything it holds, orders that wait included."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from evaluators.backtest.risk import Limits
from execution_core import Engine
from execution_core.portfolio import Holding, fit

Cap = Callable[[Engine, float, float, int], float]
"""From the symbol's engine, a quantity, its price and side to the part of it that may be ordered."""


def cap(limits: Limits | None, symbols: Sequence[str], others: Sequence[Engine] = ()) -> Cap:
    """`symbols` by the number of their engine in the account; `others` are the engines that hold something beside."""

    def capped(engine: Engine, quantity: float, price: float, side: int) -> float:
        if limits is None:
            return quantity
        held = [_held(each, symbols[each.number], limits) for each in others if each is not engine]
        symbol = symbols[engine.number]
        wanted = Holding(symbol, float(side), limits.group_of(symbol))
        return fit(quantity, price, wanted, held, engine.equity, limits.fractions).quantity

    return capped


def _held(engine: Engine, symbol: str, limits: Limits) -> Holding:
    """What the engine's position and its waiting entries are worth, by the side that has more of it."""
    value = engine.position * engine.mark
    for order in engine.orders():
        if order.leg == "entry" and not order.is_reduce_only:
            value += (1.0 if order.side == "buy" else -1.0) * order.quantity * (order.price or engine.mark)
    return Holding(symbol, value, limits.group_of(symbol))
