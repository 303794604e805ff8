"""Bars written down row by row, and strategies on them without costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from evaluators.backtest import Backtest, Strategy, Terms, parse, run
from evaluators.backtest.trades import EXITS
from fks_agents.bars import SECONDS, Bars
from fks_agents.contracts import Timeframe

MONDAY = 1_704_067_200_000_000_000
"""2024-01-01 00:00 UTC, in nanoseconds."""
FREE = Terms(fee=0.0, slippage=0.0, tick=0.01, lot=1.0)

Row = tuple[float, float, float, float]
"""Open, high, low, close."""


def candles(rows: Sequence[Row], timeframe: Timeframe = "1d") -> Bars:
    step = SECONDS[timeframe] * 1_000_000_000
    opened = MONDAY + step * np.arange(len(rows))
    first, high, low, close = np.array(rows, dtype=np.float64).reshape(-1, 4).T
    return Bars("TEST", timeframe, "test", opened, opened + step, first, high, low, close, np.ones(len(rows)))


def flat(price: float, count: int, reach: float = 0.0) -> list[Row]:
    return [(price, price + reach, price - reach, price)] * count


def walk(seed: int, count: int, timeframe: Timeframe = "1d") -> Bars:
    """A martingale in continuous time, of 2 % a bar: no rule has an edge on it, in whatever way it enters and leaves.

    Extremes are drawn as those of a Brownian bridge from open to close. A path of a few steps would jump over stops
    and limits, and filling them at their price would be an edge or a loss of its own.
    Volume says nothing: it lies anywhere between 0 and 1.
    """
    random, width = np.random.default_rng(seed), 0.02
    moves = random.normal(-0.5 * width * width, width, count)
    reach = np.sqrt(moves * moves - 2.0 * width * width * np.log(random.random((2, count))))
    close = 100.0 * np.exp(np.cumsum(moves))
    opened = np.append(100.0, close[:-1])
    high, low = opened * np.exp(0.5 * (moves + reach[0])), opened * np.exp(0.5 * (moves - reach[1]))
    high, low = np.maximum(high, np.maximum(opened, close)), np.minimum(low, np.minimum(opened, close))
    step = SECONDS[timeframe] * 1_000_000_000
    times = MONDAY + step * np.arange(count)
    return Bars("TEST", timeframe, "test", times, times + step, opened, high, low, close, random.random(count))


def strategy(**parts: Any) -> Strategy:
    return parse({"name": "test", **parts})


ABOVE_100 = {"fact": "close", "is": "crosses_above", "than": 100}
BELOW_100 = {"fact": "close", "is": "crosses_below", "than": 100}


def played(rows: Sequence[Row], *, cash: float = 1000.0, terms: Terms = FREE, **parts: Any) -> Backtest:
    return run(strategy(**parts), candles(rows), cash=cash, terms=terms)


def trades(result: Backtest) -> list[tuple[object, ...]]:
    """Side, row and price of the entry, row and price of the exit, and what ended it."""
    return [
        (
            "long" if side > 0 else "short", int(entered), float(entry), int(left), float(out),
            EXITS[int(by)],
        )
        for side, entered, entry, left, out, by in zip(
            *(getattr(result.book.trades, name) for name in ("side", "entered", "entry", "left", "exit", "exit_by")),
            strict=True,
        )
    ]  # fmt: skip
