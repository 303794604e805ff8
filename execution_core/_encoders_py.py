"""What `_encoders` computes, in plain Python: slow, and obviously right."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, nan

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def encode(prices: Floats, depth: int, context: int, last: float) -> tuple[NDArray[np.int32], int]:
    _check(prices, depth, context)
    states = []
    for _, after in _steps(prices, depth, context, last):
        states.append(_state(after, depth))
        context = after
    return np.array(states, dtype=np.int32), context


def read(prices: Floats, depth: int, context: int, last: float, table: Floats) -> Floats:
    _check(prices, depth, context)
    _sized(len(table), depth, "table")
    states = [_state(after, depth) for _, after in _steps(prices, depth, context, last)]
    return np.array([nan if state < 0 else table[state] for state in states], dtype=np.float64)


def learn(
    prices: Floats, depth: int, context: int, last: float, decay: float, up: Floats, down: Floats,
    seen: NDArray[np.int64],
) -> int:  # fmt: skip
    _check(prices, depth, context)
    if not 0.0 < decay <= 1.0:
        raise ValueError(f"decay must lie in (0, 1], was {decay!r}")
    for name, column in (("up", up), ("down", down), ("seen", seen)):
        _sized(len(column), depth, name)
    for move, after in _steps(prices, depth, context, last):
        state = _state(context, depth)
        if move and state >= 0:
            up[state] = up[state] * decay + (move > 0)
            down[state] = down[state] * decay + (move < 0)
            seen[state] += 1
        context = after
    return context


def _steps(prices: Floats, depth: int, context: int, last: float) -> Iterator[tuple[int, int]]:
    """For each price its move (1, -1, or 0 for none) and the context after it."""
    for price in prices.tolist():
        # The price before the first is NaN, and a comparison with it is no move.
        move = (price > last) - (price < last)
        if move:
            context = context << 1 | (move > 0)
            if context >> depth > 1:
                context = 1 << depth | context & (1 << depth) - 1
        yield move, context
        last = price


def _state(context: int, depth: int) -> int:
    return context & (1 << depth) - 1 if context >> depth else -1


def _check(prices: Floats, depth: int, context: int) -> None:
    if not 1 <= depth <= 24:
        raise ValueError(f"depth must lie in 1..24, was {depth}")
    if not 1 <= context < 1 << (depth + 1):
        raise ValueError(f"context must lie in 1..{(1 << (depth + 1)) - 1}, was {context}")
    for row, price in enumerate(prices.tolist()):
        if not isfinite(price):
            raise ValueError(f"row {row}: price must be finite, was {price!r}")


def _sized(length: int, depth: int, name: str) -> None:
    if length != 1 << depth:
        raise ValueError(f"{name} must have {1 << depth} values, one for each state, had {length}")
