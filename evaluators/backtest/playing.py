"""Signals through the engine: orders at closes, fills from the next bar on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluators.backtest.capping import Cap
from evaluators.backtest.signals import Signals
from execution_core import Engine, exits
from fks_agents.bars import Bars, Floats

Size = Callable[[float, float, int, Sequence[float]], float]
"""From equity, price, row and the profits of trades closed so far to a quantity."""
Progress = Callable[[int, int], None]
"""Told bars done and bars in all."""

_STEP = 10_000
"""Bars after which progress is told."""


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
    is_limit: bool


class Played(NamedTuple):
    events: NDArray[Any]
    """Rows of `execution_core.records.event_dtype()`."""
    orders: dict[int, Order]
    """Entries that were placed, by id."""
    equity: Floats
    """At the close of each bar played."""
    end: int
    """Row after the last bar played; below the number of bars where the run was interrupted."""
    ambiguous_bars: int
    breaker: tuple[str, int] | None
    """The rule that ended trading, and when, in nanoseconds."""


def play(
    bars: Bars,
    found: Signals,
    cash: float,
    terms: Terms,
    size: Size,
    *,
    cap: Cap,
    rules: Mapping[str, Any] | None = None,
    path: str = "pessimistic",
    first: int = 0,
    on_progress: Progress = lambda _done, _of: None,
) -> Played:
    """Run the bars from row `first` on; KeyboardInterrupt ends the run early and keeps what is done."""
    engine = Engine(cash=cash, rules=rules, path=path, **costs(terms))
    part, desk = bars[first:], Desk(bars, found, size, cap, terms.tick)
    equity = np.zeros(len(part))
    acts = desk.acts[first:]

    def on_bar(engine: Engine, at: int) -> None:
        if acts[at]:
            desk.decide(engine, first + at)
        if (at + 1) % _STEP == 0:
            on_progress(at + 1, len(part))

    try:
        on_progress(0, len(part))
        engine.run(
            part.opened, part.closed, part.open, part.high, part.low, part.close, on_bar=on_bar, equity=equity
        )  # fmt: skip
        on_progress(len(part), len(part))
    except KeyboardInterrupt:
        # The engine knows how far it came; what it was worth there has not been written down.
        equity[engine.bars - 1 : engine.bars] = engine.equity
    done = engine.bars
    return Played(
        events=desk.told(engine),
        orders=desk.orders,
        equity=equity[:done],
        end=first + done,
        ambiguous_bars=engine.ambiguous_bars,
        breaker=engine.breaker,
    )


def costs(terms: Terms) -> dict[str, Any]:
    """As an engine takes them."""
    return {"maker_fee": terms.fee, "taker_fee": terms.fee, "slippage": terms.slippage, "tick": terms.tick,
            "lot": terms.lot}  # fmt: skip


class Desk:
    """One position at a time: leaves on a signal, enters when flat or about to be."""

    def __init__(self, bars: Bars, found: Signals, size: Size, cap: Cap, tick: float) -> None:
        self._bars, self._found, self._size, self._cap, self._tick = bars, found, size, cap, tick
        # The last bar leaves nothing to act on.
        asked = (found.long | found.short | found.leave_long | found.leave_short)[: len(bars) - 1]
        self.acts: list[bool] = [*asked.tolist(), False]
        """Whether there is anything to decide at the close of each row."""
        self.orders: dict[int, Order] = {}
        self._told: list[NDArray[Any]] = []
        self._won: list[float] = []

    def told(self, engine: Engine) -> NDArray[Any]:
        """Everything the engine has told, in order."""
        self.hear(engine.drain_rows())
        return np.concatenate(self._told)

    def hear(self, rows: NDArray[Any]) -> None:
        """Take what the engine has told."""
        closed = rows[rows["closed"] > 0.0]
        self._won += (closed["realised"] - closed["trade_fees"]).tolist()
        self._told.append(rows)

    def decide(self, engine: Engine, row: int) -> None:
        """Place what the close of this row asks for."""
        found, held = self._found, engine.position
        leaves = {"sell": bool(found.leave_long[row]), "buy": bool(found.leave_short[row])}
        waiting = [order for order in engine.orders() if order.leg == "entry"]
        for order in waiting:
            # A buy that waits is withdrawn where a long position would be left.
            if leaves["sell" if order.side == "buy" else "buy"]:
                engine.cancel(order.order_id)
                waiting = []
        out = "sell" if held > 0.0 else "buy"
        is_leaving = held != 0.0 and leaves[out]
        if is_leaving:
            engine.place("market", out, abs(held), reduce_only=True)
        side = 1 if found.long[row] else -1 if found.short[row] else 0
        if side and not waiting and (held == 0.0 or is_leaving):
            self._enter(engine, row, side)

    def _enter(self, engine: Engine, row: int, side: int) -> None:
        found, close, tick = self._found, float(self._bars.close[row]), self._tick
        is_limit = found.limit_bars > 0
        price = close - side * float(found.offset[row]) if is_limit else close
        stop, target, trail = (float(each[row]) for each in (found.stop, found.target, found.trail))
        # Levels nearer than that may round to one price.
        if price < tick or any(each < 2.0 * tick for each in (stop, target, trail)):
            return
        self.hear(engine.drain_rows())
        quantity = self._cap(engine, self._size(engine.equity, price, row, self._won), price, side)
        if quantity <= 0.0:
            return
        way_out = exits.Exit(
            stop_distance=_reachable(stop, price, side),
            target_distance=_reachable(target, price, -side),
            trail=_reachable(trail, price, side),
            activation=0.0 if np.isnan(trail) else _reachable(float(found.after[row]), price, -side),
            horizon=found.bars,
        )
        ends = row + found.limit_bars
        order_id = engine.place(
            "limit" if is_limit else "market",
            "buy" if side > 0 else "sell",
            quantity,
            price if is_limit else 0.0,
            **way_out._asdict(),
            expires=int(self._bars.closed[ends]) if is_limit and ends < len(self._bars) else 0,
        )
        # A rejected order is answered with a negative number.
        if order_id > 0:
            self.orders[order_id] = Order(row, is_limit)


def _reachable(distance: float, price: float, side: int) -> float:
    """The distance, or 0 where there is none or it leads down (`side` 1) to nothing or less."""
    return 0.0 if np.isnan(distance) or (side > 0 and distance >= price) else distance
