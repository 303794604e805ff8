"""The work that is timed: a million made-up minutes, crossed means with stop and target, three ways in."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from execution_core import Engine, backtest
from execution_core.records import Columns
from execution_core.result import Result
from execution_core.strategies import SmaCross

BARS = 1_000_000
FAST, SLOW, STOP, TARGET = 10, 50, 0.002, 0.003
COSTS: dict[str, Any] = {"cash": 10_000_000.0, "maker_fee": 0.001, "taker_fee": 0.001, "slippage": 0.0005}
LEGS: dict[str, Any] = {"stop_fraction": STOP, "target_fraction": TARGET}
MINUTE = 60_000_000_000
START = 1_577_836_800 * 1_000_000_000
"""2020-01-01, ns."""


def bars(count: int = BARS, seed: int = 20240101) -> Columns:
    """A random walk of ten steps in each minute, now and then six times as wide, with a gap at each day's start.

    `count` cuts the million short: its first bars are always the same.
    """
    draw = np.random.default_rng(seed)
    steps, per_step = 10, 0.0005 / np.sqrt(10)
    width = np.where(draw.random(BARS) < 0.002, 6.0, 1.0)
    moves = draw.standard_normal(BARS * steps) * per_step * np.repeat(width, steps)
    gaps = np.zeros(BARS)
    gaps[1440::1440] = draw.standard_normal((BARS - 1) // 1440) * 0.003
    moves[::steps] += gaps
    walk = np.exp(np.cumsum(moves[: count * steps])).reshape(count, steps) * 30_000.0
    points = np.round(walk, 2)
    before = np.concatenate([[30_000.0], walk[:-1, -1]])
    open_ = np.round(before * np.exp(gaps[:count]), 2)
    volume = np.round(draw.gamma(2.0, 5.0, BARS) + 0.01, 4)[:count]
    opened = np.arange(count, dtype=np.int64) * MINUTE + START
    return Columns(
        opened, opened + MINUTE, open_, np.maximum(open_, points.max(1)), np.minimum(open_, points.min(1)),
        np.ascontiguousarray(points[:, -1]), volume,
    )  # fmt: skip


def turns(close: NDArray[np.float64]) -> NDArray[np.int8]:
    """1 and -1 where the fast mean crosses the slow one, from the second sign on. The means are running sums."""
    lead = _mean(close, FAST) - _mean(close, SLOW)
    side = np.sign(lead).astype(np.int8)
    side[: SLOW - 1] = 0
    last = np.maximum.accumulate(np.where(side != 0, np.arange(len(side)), 0))
    side = side[last]
    changes = np.flatnonzero((side[1:] != side[:-1]) & (side[:-1] != 0)) + 1
    found = np.zeros(len(side), dtype=np.int8)
    found[changes] = side[changes]
    return found


def _mean(close: NDArray[np.float64], over: int) -> NDArray[np.float64]:
    """Add the newest, then take off the oldest: sums in this order, as floats do not forgive another."""
    both = np.zeros(2 * len(close))
    both[0::2] = close
    both[2 * over + 1 :: 2] = -close[:-over]
    summed: NDArray[np.float64] = np.cumsum(both)[1::2]
    return summed * (1.0 / over)


def by_strategy(data: Columns, make: type[Engine] = Engine) -> Result:
    return backtest.run(make(**COSTS), data, strategy=SmaCross(FAST, SLOW, 1.0, STOP, TARGET))


def by_arrays(data: Columns, sides: NDArray[np.int8], make: type[Engine] = Engine) -> Result:
    return backtest.run(make(**COSTS), data, orders=backtest.signals(sides, **LEGS))


def by_callback(data: Columns, sides: list[int], make: type[Engine] = Engine) -> Result:
    """The callback is called after every bar and looks its side up; what it computes itself comes on top."""

    def on_bar(engine: Engine, bar: int) -> None:
        side = sides[bar]
        if side:
            engine.aim(side, stop_fraction=STOP, target_fraction=TARGET)

    return backtest.run(make(**COSTS), data, on_bar=on_bar)


def figures(result: Result) -> dict[str, Any]:
    trades = result.trades
    legs = trades.told("leg")
    return {
        "trades": trades.rows, "stops": legs.count("stop"), "targets": legs.count("target"),
        "reversals": legs.count("entry"), "ambiguous_bars": result.ambiguous_bars, "final_equity": result.final_equity,
        "max_drawdown": result.max_drawdown, "fees": result.fees,
    }  # fmt: skip
