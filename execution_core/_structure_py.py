"""What `_structure` computes, in plain Python: slow, and obviously right."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf, isfinite, isnan, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Signs = NDArray[np.int8]
Flags = NDArray[np.bool_]


def average_ranges(high: Floats, low: Floats, close: Floats, period: int) -> Floats:
    _same(high, low)
    _same(high, close)
    _at_least(period, 1, "period")
    out, average, before = [], 0.0, nan
    for t, (top, bottom, last) in enumerate(zip(high.tolist(), low.tolist(), close.tolist(), strict=True)):
        if t > 0:
            top, bottom = max(top, before), min(bottom, before)
        if t < period:
            average += (top - bottom - average) / (t + 1)
        else:
            average = (1.0 - 1.0 / period) * average + 1.0 / period * (top - bottom)
        out.append(average)
        before = last
    return np.array(out, dtype=np.float64)


def peaks(values: Floats, n: int) -> Rows:
    _at_least(n, 1, "n")
    found = [
        t
        for t in range(n, len(values) - n)
        if values[t] > max(values[t - n : t]) and values[t] >= max(values[t + 1 : t + n + 1])
    ]
    return np.array(found, dtype=np.intp)


def breaks(
    close: Floats, high: Floats, low: Floats, tops: Rows, bottoms: Rows, n: int
) -> tuple[Rows, Rows, Signs, Flags]:
    _same(close, high)
    _same(close, low)
    _inside(tops.tolist(), len(close))
    _inside(bottoms.tolist(), len(close))
    new_tops, new_bottoms = {row + n: row for row in tops.tolist()}, {row + n: row for row in bottoms.tolist()}
    found: list[tuple[int, int, int, bool]] = []
    top = bottom = -1
    above, below = inf, -inf
    rose = fell = False
    for t, last in enumerate(close.tolist()):
        up, down = last > above, last < below
        if up:
            found.append((t, top, 1, fell))
            fell, above = False, inf
        if down:
            found.append((t, bottom, -1, rose))
            rose, below = False, -inf
        rose, fell = rose or up, fell or down
        if t in new_tops:
            top = new_tops[t]
            above = high[top]
        if t in new_bottoms:
            bottom = new_bottoms[t]
            below = low[bottom]
    rows, broken, signs, turns = zip(*found, strict=True) if found else ((), (), (), ())
    return (
        np.array(rows, dtype=np.intp),
        np.array(broken, dtype=np.intp),
        np.array(signs, dtype=np.int8),
        np.array(turns, dtype=np.bool_),
    )


def maxima(values: Floats) -> Floats:
    steps, below = [], values.tolist()
    while len(below) > 1:
        # A value that is no number is passed over.
        blocks = [[-inf, *(value for value in below[i : i + 16] if value > -inf)] for i in range(0, len(below), 16)]
        below = [max(block) for block in blocks]
        steps += below
    return np.array(steps, dtype=np.float64)


def first_above(
    values: Floats,
    start: Rows,
    level: Floats,
    or_at: bool,  # noqa: FBT001
    within: int = 0,
    tops: Floats | None = None,
) -> Rows:
    _at_least(within, 0, "within")
    if len(level) != len(start):
        raise ValueError(f"level: expected {len(start)} values, was {len(level)}")
    for before, after in zip(start.tolist(), start[1:].tolist(), strict=False):
        if after < before:
            raise ValueError(f"start must rise, was {after} after {before}")
    if len(start) and start[0] < -1:
        raise ValueError(f"start must be at least -1, was {start[0]}")
    n = len(values)
    if tops is not None and not within and len(tops) != (expected := len(maxima(values))):
        raise ValueError(f"tops: expected {expected} values, was {len(tops)}")
    out = [
        next(
            (
                t
                for t in range(after + 1, min(n, after + 1 + within) if within else n)
                if values[t] > price or (or_at and values[t] == price)
            ),
            n,
        )
        for after, price in zip(start.tolist(), level.tolist(), strict=True)
    ]
    return np.array(out, dtype=np.intp)


def highest_between(values: Floats, first: Rows, end: Rows) -> Floats:
    if len(end) != len(first):
        raise ValueError(f"end: expected {len(first)} values, was {len(end)}")
    for begin, stop in zip(first.tolist(), end.tolist(), strict=True):
        if not 0 <= begin < stop <= len(values):
            raise ValueError(f"rows must lie in 0..{len(values) - 1} and end after their first, were {begin} to {stop}")
    rows = zip(first.tolist(), end.tolist(), strict=True)
    return np.array([max(values[begin:stop].tolist()) for begin, stop in rows], dtype=np.float64)


def highest_after(values: Floats) -> Floats:
    return np.array([max(values[t + 1 :].tolist(), default=-inf) for t in range(len(values))], dtype=np.float64)


def highest_of(values: Floats, width: int) -> Floats:
    _at_least(width, 1, "width")
    return np.array([values[max(0, t + 1 - width) : t + 1].max() for t in range(len(values))], dtype=np.float64)


def means_of(values: Floats, width: int) -> Floats:
    _at_least(width, 1, "width")
    out, total = [], 0.0
    for t, value in enumerate(values.tolist()):
        total += value
        if t >= width:
            total -= float(values[t - width])
        out.append(total / width if t >= width - 1 else nan)
    return np.array(out, dtype=np.float64)


def drifts(values: Floats, slack: float, threshold: float) -> tuple[Rows, Signs]:
    rows, signs = [], []
    seen, total, up, down = 0, 0.0, 0.0, 0.0
    for t, value in enumerate(values.tolist()):
        if not isfinite(value):
            continue
        seen += 1
        total += value
        mean = total / seen
        up = max(0.0, up + (value - mean - slack))
        down = max(0.0, down + (mean - value - slack))
        if up > threshold or down > threshold:
            rows.append(t)
            signs.append(1 if up > threshold else -1)
            seen, total, up, down = 0, 0.0, 0.0, 0.0
    return np.array(rows, dtype=np.intp), np.array(signs, dtype=np.int8)


def states(values: Floats, enter: float, leave: float) -> tuple[Rows, Signs]:
    rows, changed = [], []
    state = 2
    for t, value in enumerate(values.tolist()):
        if isnan(value):
            continue
        if value >= enter or (state == 1 and value >= leave):
            new = 1
        elif value <= -enter or (state == -1 and value <= -leave):
            new = -1
        else:
            new = 0
        if new != state:
            rows.append(t)
            changed.append(new)
            state = new
    return np.array(rows, dtype=np.intp), np.array(changed, dtype=np.int8)


def in_order(parts: list[tuple[Any, ...]], ranges: Floats) -> tuple[NDArray[Any], ...]:
    rows: list[tuple[Any, ...]] = []
    for formed, known, level, size, is_open, far, kind, leans, sign in parts:
        for column in (formed, known, level, size, is_open, far):
            if column is not None and len(column) != len(formed):
                raise ValueError(f"columns of a part must have one length, were {len(formed)} and {len(column)}")
        for i, row in enumerate(known.tolist()):
            if not 0 <= row < len(ranges):
                raise ValueError(f"known rows must lie in 0..{len(ranges) - 1}, was {row}")
            strength = float(size[i]) / float(ranges[row]) if ranges[row] > 0 else 0.0
            edge = nan if far is None else sign * float(far[i])
            rows.append((kind, leans * sign, formed[i], row, sign * float(level[i]), edge, strength, is_open[i]))
    rows.sort(key=lambda event: event[3])
    dtypes = (np.int8, np.int8, np.intp, np.intp, np.float64, np.float64, np.float64, np.bool_)
    columns = zip(*rows, strict=True) if rows else ((),) * len(dtypes)
    return tuple(np.array(column, dtype=dtype) for column, dtype in zip(columns, dtypes, strict=True))


def _same(first: Floats, second: Floats) -> None:
    if len(first) != len(second):
        raise ValueError(f"columns must have one length, were {len(first)} and {len(second)}")


def _inside(rows: Iterable[int], count: int) -> None:
    before = -1
    for row in rows:
        if not before < row < count:
            raise ValueError(f"rows must rise and lie in 0..{count - 1}, was {row} after {before}")
        before = row


def _at_least(value: int, least: int, name: str) -> None:
    if value < least:
        raise ValueError(f"{name} must be at least {least}, was {value}")
