"""Passes that turn prices into states of their last moves: compiled, or plain with FKS_PURE=1.

Columns are one-dimensional float64 and may be read-only; what is another is refused with a ValueError naming it.
`context` carries what came before: 1 at the start, then what `encode` and `learn` gave back; `last` is the price before
the first, or NaN.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from execution_core._arrays import column, output
from execution_core._build import compiled

if TYPE_CHECKING:
    from execution_core import _encoders as passes
elif os.environ.get("FKS_PURE") == "1":
    from execution_core import _encoders_py as passes
else:
    with compiled():
        from execution_core import _encoders as passes

__all__ = ["encode", "learn", "read"]

Floats = NDArray[np.float64]


def encode(prices: Floats, depth: int, context: int, last: float) -> tuple[NDArray[np.int32], int]:
    """The state after each price, -1 before `depth` moves are known; and the context after the last."""
    return passes.encode(column("prices", prices, "float64"), depth, context, last)


def read(prices: Floats, depth: int, context: int, last: float, table: Floats) -> Floats:
    """The table's value for the state after each price, NaN before `depth` moves are known."""
    return passes.read(column("prices", prices, "float64"), depth, context, last, column("table", table, "float64"))


def learn(
    prices: Floats, depth: int, context: int, last: float, decay: float, up: Floats, down: Floats,
    seen: NDArray[np.int64],
) -> int:  # fmt: skip
    """Count each move under the state before it, in place; what a state had is first multiplied by `decay`.

    The context after the last price. `up`, `down` and `seen` are contiguous and writeable, one value for each state.
    """
    counts = (output("up", up, "float64", len(up)), output("down", down, "float64", len(down)))
    return passes.learn(
        column("prices", prices, "float64"),
        depth,
        context,
        last,
        decay,
        *counts,
        output("seen", seen, "int64", len(seen)),
    )
