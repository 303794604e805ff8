"""Runs from bars to a result, by the engine that also trades on paper.

Three ways in, one of them for each run: `strategy` (native, no Python between bars), `orders` (arrays), and `on_bar`
(a Python function after each bar). All end in the same calls of the same engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from execution_core import Engine
from execution_core.records import Columns, requests
from execution_core.result import Result
from execution_core.strategies import Strategy

OnBar = Callable[[Engine, int], object]


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
    equity = np.empty(np.size(columns.closed))
    engine.run(
        *columns[:7], ask=columns.ask, finer=None if finer is None else _columns_of(finer), strategy=strategy,
        orders=orders, on_bar=on_bar, equity=equity,
    )  # fmt: skip
    return Result.of([engine], columns.closed, equity)


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
    equity = np.empty(np.size(at))
    engine.run_ticks(at, bid, ask, volume, strategy=strategy, orders=orders, on_bar=on_bar, equity=equity)
    return Result.of([engine], at, equity)


def run_together(engines: Sequence[Engine], bars: Sequence[Bars], orders: Sequence[NDArray[Any] | None]) -> Result:
    """Several symbols of one account: the engines share it (`Engine(beside=first)`). Equity is told at each close."""
    # Engines of one kind play together: compiled ones, or plain ones.
    play_together = import_module(type(engines[0]).__module__).run_together
    columns = [_columns_of(each) for each in bars]
    closed = np.sort(np.concatenate([each.closed for each in columns]), kind="stable")
    equity = np.empty(len(closed))
    play_together(engines, columns, orders, equity)
    is_last = np.append(closed[1:] != closed[:-1], True)
    return Result.of(engines, closed[is_last], equity[is_last])


def targets(positions: ArrayLike, **legs: ArrayLike) -> NDArray[Any]:
    """Orders that want, after the close of bar i, the signed position `positions[i]`; NaN wants no change.

    `legs` are those of `Engine.aim`, one value or one for each bar.
    """
    wanted = np.asarray(positions, dtype=np.float64)
    rows = np.flatnonzero(~np.isnan(wanted))
    return requests(rows, position=wanted[rows], **_at(legs, rows, len(wanted)))


def signals(sides: ArrayLike, size: float = 1.0, **legs: ArrayLike) -> NDArray[Any]:
    """Orders that turn to `sides[i]` (1 long, -1 short) with `size` units after the close of bar i; 0 does nothing."""
    turns = np.asarray(sides)
    if turns.dtype.kind not in "iuf" or turns.ndim != 1:
        raise ValueError(f"sides must be a one-dimensional array of numbers, was {turns.dtype} {turns.shape}")
    rows = np.flatnonzero(turns)
    sides_there = turns[rows].astype(np.float64)
    if (np.abs(sides_there) != 1.0).any():
        row = int(rows[int((np.abs(sides_there) != 1.0).argmax())])
        raise ValueError(f"row {row}: sides must be 1, -1 or 0, was {turns[row].item()!r}")
    return requests(rows, position=sides_there * size, **_at(legs, rows, len(turns)))


def _at(legs: Mapping[str, ArrayLike], rows: NDArray[np.int64], count: int) -> dict[str, ArrayLike]:
    chosen: dict[str, ArrayLike] = {}
    for name, values in legs.items():
        array = np.asarray(values)
        if array.ndim and array.shape != (count,):
            raise ValueError(f"{name} must be one value or {count}, was of shape {array.shape}")
        chosen[name] = array[rows] if array.ndim else array
    return chosen


def _columns_of(bars: Bars) -> Columns:
    if isinstance(bars, Columns):
        return bars
    return Columns(bars.opened, bars.closed, bars.open, bars.high, bars.low, bars.close, bars.volume)
