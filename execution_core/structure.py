"""Passes over price columns that market-structure detectors share: compiled, or plain with FKS_PURE=1.

Columns are one-dimensional and may be read-only: prices and other numbers float64, rows intp. What is another is
refused with a ValueError naming it, and so are prices that are not finite. In `first_above`, `drifts` and `states` a
value that is no number is none: nothing is above it, and it changes nothing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from execution_core._arrays import check_finite, column
from execution_core._build import compiled

if TYPE_CHECKING:
    from execution_core import _structure as passes
elif os.environ.get("FKS_PURE") == "1":
    from execution_core import _structure_py as passes
else:
    with compiled():
        from execution_core import _structure as passes

__all__ = [
    "average_ranges", "breaks", "drifts", "first_above", "highest_after", "highest_between", "highest_of", "in_order",
    "maxima", "means_of", "peaks", "states",
]  # fmt: skip

trusted = passes
"""The same functions for callers that have made these checks: columns of other dtypes and layouts are still refused."""

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Signs = NDArray[np.int8]


def average_ranges(high: Floats, low: Floats, close: Floats, period: int) -> Floats:
    """Wilder's average true range at each bar; plain means in the first `period`. All of shape (n,)."""
    return passes.average_ranges(_prices("high", high), _prices("low", low), _prices("close", close), period)


def peaks(values: Floats, n: int) -> Rows:
    """Rows above the `n` values before them and not below the `n` after them, rising."""
    return passes.peaks(_prices("values", values), n)


def breaks(
    close: Floats, high: Floats, low: Floats, tops: Rows, bottoms: Rows, n: int
) -> tuple[Rows, Rows, Signs, NDArray[np.bool_]]:
    """Closes beyond the newest known unbroken peak, and beyond the newest trough; a peak is known n rows later.

    Rows, the rows of what was broken, signs (1 up, -1 down), and whether each break turned the trend: of two at
    one row each is judged by those before it.
    """
    columns = (_prices("close", close), _prices("high", high), _prices("low", low))
    return passes.breaks(*columns, column("tops", tops, "intp"), column("bottoms", bottoms, "intp"), n)


def first_above(
    values: Floats,
    start: Rows,
    level: Floats,
    or_at: bool,  # noqa: FBT001  as compiled
    within: int = 0,
    tops: Floats | None = None,
) -> Rows:
    """For each query the first row after `start` (rising, from -1) whose value is above `level`, or len(values).

    `within`: so many rows are looked at, all where it is 0. `tops`: `maxima(values)`, where they are at hand.
    """
    columns = (_numbers("values", values), column("start", start, "intp"), _numbers("level", level))
    return passes.first_above(*columns, or_at, within, None if tops is None else _numbers("tops", tops))


def maxima(values: Floats) -> Floats:
    """The highest of each 16 values, of each 16 of those, and so on down to one: what `first_above` skips by."""
    return passes.maxima(_numbers("values", values))


def highest_between(values: Floats, first: Rows, end: Rows) -> Floats:
    """The highest of the values from each `first` row up to the row before its `end`."""
    return passes.highest_between(_prices("values", values), column("first", first, "intp"), column("end", end, "intp"))


def highest_after(values: Floats) -> Floats:
    """The highest of the values after each row; -inf after the last."""
    return passes.highest_after(_numbers("values", values))


def highest_of(values: Floats, width: int) -> Floats:
    """The highest of the last `width` values at each row, that row included; of fewer in the first rows."""
    return passes.highest_of(_numbers("values", values), width)


def means_of(values: Floats, width: int) -> Floats:
    """The mean of the last `width` values at each row, from a running sum; NaN in the first rows."""
    return passes.means_of(_numbers("values", values), width)


def drifts(values: Floats, slack: float, threshold: float) -> tuple[Rows, Signs]:
    """Page-Hinkley test in both directions, begun anew after each alarm: rows of the alarms, and their signs."""
    return passes.drifts(_numbers("values", values), slack, threshold)


def states(values: Floats, enter: float, leave: float) -> tuple[Rows, Signs]:
    """Rows at which the state changes, and the new ones: 1 from `enter` up until below `leave`, -1 mirrored, else 0."""
    return passes.states(_numbers("values", values), enter, leave)


def in_order(parts: list[tuple[Any, ...]], ranges: Floats) -> tuple[NDArray[Any], ...]:
    """One table of events from parts of (formed, known, level, size, is_open, far or None, kind, leans, sign), by
    `known`; levels by the part's sign, sizes as multiples of `ranges` at `known`."""
    return passes.in_order(parts, _numbers("ranges", ranges))


def _numbers(name: str, values: Floats) -> Floats:
    return column(name, values, "float64")


def _prices(name: str, values: Floats) -> Floats:
    prices = column(name, values, "float64")
    check_finite(name, prices)
    return prices
