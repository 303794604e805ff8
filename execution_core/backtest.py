"""Runs from bars to a result, by the engine that also trades on paper.

Three ways in, one of them for each run: `strategy` (native, no Python between bars), `orders` (arrays), and `on_bar`
(a Python function after each bar). All end in the same calls of the same engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol
from weakref import ReferenceType, ref

import numpy as np
from numpy.typing import ArrayLike, NDArray

from execution_core import Engine
from execution_core._arrays import blocks, column
from execution_core._columns import shaped_feed
from execution_core.records import MOST_REQUESTS, Columns, requests
from execution_core.result import Result
from execution_core.strategies import Strategy

OnBar = Callable[[Engine, int], object]
OnBars = Callable[[Sequence[Engine], Sequence[int]], object]
Again = Callable[[str], Result]


class Bars(Protocol):
    """What has these columns can be run; `ask` and a volume of None are for `records.Columns`."""

    @property
    def opened(self) -> NDArray[np.int64]: ...
    @property
    def closed(self) -> NDArray[np.int64]: ...
    @property
    def open(self) -> NDArray[np.float64]: ...
    @property
    def high(self) -> NDArray[np.float64]: ...
    @property
    def low(self) -> NDArray[np.float64]: ...
    @property
    def close(self) -> NDArray[np.float64]: ...
    @property
    def volume(self) -> NDArray[np.float64] | None: ...


def run(
    engine: Engine,
    bars: Bars,
    *,
    strategy: Strategy | None = None,
    orders: NDArray[Any] | None = None,
    on_bar: OnBar | None = None,
    finer: Bars | None = None,
) -> Result:
    """Play `bars` on `engine` (one made for this run). Raises ValueError naming what does not fit."""
    columns = _columns_of(bars)
    inside = None if finer is None else _columns_of(finer)

    def once(engines: Sequence[Engine], again: Again) -> Result:
        equity = np.empty(np.size(columns.closed))
        engines[0].run(
            *columns[:7], ask=columns.ask, finer=inside, strategy=strategy, orders=orders, on_bar=on_bar, equity=equity
        )  # fmt: skip
        return Result.of(engines, columns.closed, equity, again)

    return _repeatable([engine], once, is_called=on_bar is not None)


def run_ticks(
    engine: Engine,
    at: NDArray[np.int64],
    bid: NDArray[np.float64],
    ask: NDArray[np.float64] | None = None,
    volume: NDArray[np.float64] | None = None,
    *,
    strategy: Strategy | None = None,
    orders: NDArray[Any] | None = None,
    on_bar: OnBar | None = None,
) -> Result:
    """The same with ticks."""

    def once(engines: Sequence[Engine], again: Again) -> Result:
        equity = np.empty(len(column("at", at, "int64")))
        engines[0].run_ticks(at, bid, ask, volume, strategy=strategy, orders=orders, on_bar=on_bar, equity=equity)
        return Result.of(engines, at, equity, again)

    return _repeatable([engine], once, is_called=on_bar is not None)


def run_together(
    engines: Sequence[Engine],
    bars: Sequence[Bars],
    orders: Sequence[NDArray[Any] | None] | None = None,
    *,
    on_bar: OnBars | None = None,
) -> Result:
    """Several symbols of one account: the engines share it (`Engine(beside=first)`). Equity is told at each close.

    What is decided comes from `orders`, for each symbol, or from `on_bar(engines, rows)`: called when all bars that
    close at one moment are played, with the last row of each symbol, -1 before its first. What it orders in a symbol
    whose bar is still open waits for that symbol's next bar.
    """
    # Engines of one kind play together: compiled ones, or plain ones.
    play_together = import_module(type(engines[0]).__module__).run_together
    columns = [_columns_of(each) for each in bars]
    asked = [None] * len(engines) if orders is None else orders

    def once(engines: Sequence[Engine], again: Again) -> Result:
        closed = np.sort(np.concatenate([each.closed for each in columns]), kind="stable")
        equity = np.empty(len(closed))
        play_together(engines, columns, asked, equity, on_bar)
        is_last = np.append(closed[1:] != closed[:-1], True)
        return Result.of(engines, closed[is_last], equity[is_last], again)

    return _repeatable(engines, once, is_called=on_bar is not None)


@dataclass(frozen=True)
class _Repeat:
    """How to have a run on another path, from where its engines were before it.

    A result knows this and this knows the result weakly: a circle would keep both until the collector comes.
    """

    kind: type[Engine]
    begun: Sequence[tuple[int, dict[str, Any]]]
    """Each engine's number in its account, and its state."""
    symbols: int
    path: str
    is_called: bool
    once: Callable[[Sequence[Engine], Again], Result]
    first: list[ReferenceType[Result]] = field(default_factory=list)

    def __call__(self, path: str) -> Result:
        if self.symbols != len(self.begun):
            raise ValueError(f"expected all {self.symbols} symbols of the account in the run, was {len(self.begun)}")
        first = self.first[0]()
        if self.is_called and first is not None and self._anew(self.path).digest != first.digest:
            raise ValueError("on_bar: expected the same orders when it is called again on the same bars, were others")
        return self._anew(path)

    def _anew(self, path: str) -> Result:
        made: dict[int, Engine] = {}
        for number, state in sorted(self.begun, key=lambda each: each[0]):
            told = {**state, "settings": {**state["settings"], "path": path}}
            made[number] = self.kind.restore(told, beside=made[0] if made else None)
        return self.once([made[number] for number, _ in self.begun], self)


def _repeatable(
    engines: Sequence[Engine], once: Callable[[Sequence[Engine], Again], Result], *, is_called: bool
) -> Result:
    """The result of `once`, and how to have it on another path, from where the engines are now."""
    begun = [(engine.number, engine.export()) for engine in engines]
    again = _Repeat(type(engines[0]), begun, engines[0].symbols, engines[0].settings["path"], is_called, once)
    result = once(engines, again)
    again.first.append(ref(result))
    return result


def sides(strategy: Strategy, closes: NDArray[np.float64]) -> NDArray[np.int8]:
    """The side a native strategy is on after each close: 1 long, -1 short, 0 flat or not begun; shape (n,), as closes.

    Each from that close and those before it. Raises ValueError naming what does not fit.
    """
    sides_of = import_module(Engine.__module__).sides
    return np.frombuffer(sides_of(strategy, closes), dtype=np.int8)


def targets(positions: ArrayLike, **legs: ArrayLike) -> NDArray[Any]:
    """Orders that want, after the close of bar i, the signed position `positions[i]`; NaN wants no change.

    `legs` are those of `Engine.aim`, one value or one for each bar.
    """
    wanted = _one_column("positions", positions, np.float64)
    rows = _chosen(wanted, lambda values: ~np.isnan(values))
    return requests(rows, position=wanted[rows], **_at(legs, rows, len(wanted)))


def signals(sides: ArrayLike, size: float = 1.0, **legs: ArrayLike) -> NDArray[Any]:
    """Orders that turn to `sides[i]` (1 long, -1 short) with `size` units after the close of bar i; 0 does nothing."""
    turns = _one_column("sides", sides, None)
    rows = _chosen(turns, lambda values: values != 0)
    sides_there = turns[rows].astype(np.float64)
    if (np.abs(sides_there) != 1.0).any():
        row = int(rows[int((np.abs(sides_there) != 1.0).argmax())])
        raise ValueError(f"row {row}: sides must be 1, -1 or 0, was {turns[row].item()!r}")
    return requests(rows, position=sides_there * size, **_at(legs, rows, len(turns)))


def _one_column(name: str, values: ArrayLike, wanted: type[np.generic] | None) -> NDArray[Any]:
    try:
        array = np.asarray(values)
        if array.dtype.kind in "iuf" and array.ndim == 1:
            return array if wanted is None else array.astype(wanted, copy=False)
    except ValueError as error:
        raise ValueError(f"{name} must be a one-dimensional array of numbers: {error}") from error
    raise ValueError(f"{name} must be a one-dimensional array of numbers, was {array.dtype} {array.shape}")


def _chosen(values: NDArray[Any], is_chosen: Callable[[NDArray[Any]], NDArray[np.bool_]]) -> NDArray[np.int64]:
    """Rows, found block by block; raises ValueError where they are more than can be asked for at once."""
    found: list[NDArray[np.int64]] = [np.empty(0, dtype=np.int64)]
    count = 0
    for part in blocks(len(values)):
        found.append(part.start + np.flatnonzero(is_chosen(values[part])))
        count += len(found[-1])
        if count > MOST_REQUESTS:
            raise ValueError(f"expected at most {MOST_REQUESTS:,} orders at once, were more: ask for them in parts")
    return np.concatenate(found)


def _at(legs: Mapping[str, ArrayLike], rows: NDArray[np.int64], count: int) -> dict[str, ArrayLike]:
    chosen: dict[str, ArrayLike] = {}
    for name, values in legs.items():
        array = np.asarray(values)
        if array.ndim and array.shape != (count,):
            raise ValueError(f"{name} must be one value or {count}, was of shape {array.shape}")
        chosen[name] = array[rows] if array.ndim else array
    return chosen


def _columns_of(bars: Bars) -> Columns:
    """Contiguous ones; raises ValueError naming what does not fit, before room is made for what comes out."""
    missing = [name for name in Columns._fields[:7] if not hasattr(bars, name)]
    if missing:
        raise ValueError(f"bars must have the column {missing[0]}, was {type(bars).__name__}")
    ask = bars.ask if isinstance(bars, Columns) else None
    given = Columns(bars.opened, bars.closed, bars.open, bars.high, bars.low, bars.close, bars.volume, ask)
    return Columns(*shaped_feed(given))
