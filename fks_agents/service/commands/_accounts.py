"""The paper accounts that have something open, at the last close that each of them has seen."""

from __future__ import annotations

from typing import NamedTuple, cast

from fks_agents.contracts import Position
from graphs.desk import Desk


class Account(NamedTuple):
    name: str
    equity: float
    drawdown: float
    positions: dict[str, Position]
    """Symbol -> what is held."""
    working: int
    """Orders that work."""


def held(desk: Desk) -> tuple[Account, ...]:
    found = []
    for name in desk.ledger.paper.accounts():
        state = desk.ledger.paper.load(name)
        broker = desk.broker(name, desk.settings)
        symbols = sorted(cast("dict[str, object]", state["symbols"])) if state is not None else []
        views = {symbol: broker.account(symbol, desk.clock.now()) for symbol in symbols}
        positions = {symbol: view.position for symbol, view in views.items() if view.position is not None}
        working = sum(view.working_orders for view in views.values())
        if views and (positions or working):
            view = next(iter(views.values()))
            found.append(Account(name, view.equity, view.drawdown, positions, working))
    return tuple(found)
