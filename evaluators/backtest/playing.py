"""Signals through the engine: orders at closes, fills from the next bar on."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from evaluators.backtest.signals import Signals
from execution_core import Engine, OrderEvent
from fks_agents.bars import Bars

Size = Callable[[float, float, int], float]
"""From equity, price and row to a quantity."""
Progress = Callable[[int, int], None]
"""Told bars done and bars in all."""

_STEP = 20_000
"""Bars after which progress is told and Ctrl-C is heard."""


class Terms(NamedTuple):
    """What trading costs, and in which steps it is done; fractions of value and price."""

    fee: float = 0.001
    slippage: float = 0.0005
    """Of market and stop fills."""
    tick: float = 0.01
    lot: float = 0.0001


class Order(NamedTuple):
    row: int
    """Of the bar at whose close it was placed."""
    side: int
    is_limit: bool
    target: float
    """0 where there is none."""


class Played(NamedTuple):
    events: list[OrderEvent]
    orders: dict[int, Order]
    """What was placed, by id."""
    end: int
    """Row after the last bar played; below the number of bars where the run was interrupted."""
    ambiguous_bars: int


def play(
    bars: Bars, found: Signals, cash: float, terms: Terms, size: Size, *, first: int = 0, on_progress: Progress
) -> Played:
    """Run the bars from row `first` on; KeyboardInterrupt ends the run early and keeps what is done."""
    engine = Engine(
        cash=cash, maker_fee=terms.fee, taker_fee=terms.fee, slippage=terms.slippage, tick=terms.tick, lot=terms.lot
    )
    desk = _Desk(engine, bars, found, size, terms.tick)
    acts = found.long | found.short | found.leave_long | found.leave_short
    # The last bar leaves nothing to act on.
    stops = np.union1d(np.flatnonzero(acts[:-1]), np.arange(_STEP - 1, len(bars), _STEP)) + 1
    done = first
    try:
        on_progress(0, len(bars) - first)
        for stop in [*stops[stops > first].tolist(), len(bars)]:
            if stop > done:
                part = slice(done, stop)
                engine.run(
                    bars.opened[part], bars.closed[part], bars.open[part], bars.high[part], bars.low[part],
                    bars.close[part],
                )  # fmt: skip
                done = stop
            if stop < len(bars):
                desk.decide(stop - 1)
            if stop % _STEP == 0 or stop == len(bars):
                on_progress(done - first, len(bars) - first)
    except KeyboardInterrupt:
        # The engine counts what it played, wherever the interruption fell.
        done = first + engine.bars
    return Played(engine.drain(), desk.orders, done, engine.ambiguous_bars)


class _Desk:
    """One position at a time: leaves on a signal, enters when flat or about to be."""

    def __init__(self, engine: Engine, bars: Bars, found: Signals, size: Size, tick: float) -> None:
        self._engine, self._bars, self._found, self._size, self._tick = engine, bars, found, size, tick
        self.orders: dict[int, Order] = {}

    def decide(self, row: int) -> None:
        """Place what the close of this row asks for."""
        found, held = self._found, self._engine.position
        leaves = {"sell": bool(found.leave_long[row]), "buy": bool(found.leave_short[row])}
        waiting = [order for order in self._engine.orders() if order.leg == "entry"]
        for order in waiting:
            # A buy that waits is withdrawn where a long position would be left.
            if leaves["sell" if order.side == "buy" else "buy"]:
                self._engine.cancel(order.order_id)
                waiting = []
        out = "sell" if held > 0.0 else "buy"
        is_leaving = held != 0.0 and leaves[out]
        if is_leaving:
            self._engine.place("market", out, abs(held), reduce_only=True)
        side = 1 if found.long[row] else -1 if found.short[row] else 0
        if side and not waiting and (held == 0.0 or is_leaving):
            self._enter(row, side)

    def _enter(self, row: int, side: int) -> None:
        found, close, tick = self._found, float(self._bars.close[row]), self._tick
        is_limit = found.limit_bars > 0
        price = close - side * float(found.offset[row]) if is_limit else close
        distances = np.array([found.stop[row], found.target[row], found.trail[row]])
        # Levels nearer than that may round to one price.
        if price < tick or np.any(distances < 2.0 * tick):
            return
        quantity = self._size(self._engine.equity, price, row)
        if quantity <= 0.0:
            return
        ends, target = row + found.limit_bars, _level(price, side * found.target[row], tick)
        order_id = self._engine.place(
            "limit" if is_limit else "market",
            "buy" if side > 0 else "sell",
            quantity,
            price if is_limit else 0.0,
            stop=_level(price, -side * found.stop[row], tick),
            target=target,
            trail=_number(found.trail[row]),
            activation=_number(found.after[row]),
            horizon=found.bars,
            expires=int(self._bars.closed[ends]) if is_limit and ends < len(self._bars) else 0,
        )
        # A rejected order is answered with a negative number.
        if order_id > 0:
            self.orders[order_id] = Order(row, side, is_limit, target)


def _number(distance: float) -> float:
    return 0.0 if np.isnan(distance) else float(distance)


def _level(price: float, distance: float, tick: float) -> float:
    """A price at that distance, at least one tick; 0 for none."""
    return 0.0 if np.isnan(distance) else max(price + float(distance), tick)
