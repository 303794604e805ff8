"""Breaks of the range that one part of a day leaves behind."""

from __future__ import annotations

import numpy as np

from fks_agents.events import Events
from tools.detectors._found import Found, both
from tools.detectors._ground import Ground, Side
from tools.detectors._periods import parts_of_days


def after_range(seen: Ground, name: str, kind: str, begin: int, length: int) -> Events:
    """The first closes beyond that part of a day on each side, after it and within a day of its beginning.

    `begin` (after midnight UTC) and `length` in nanoseconds. An event is formed at the first bar of the range.
    """
    _, first, end, until = parts_of_days(seen, begin, length)
    followed = np.flatnonzero(end < seen.count)
    first, end, until = first[followed], end[followed], until[followed]
    if not len(first):
        return both(seen, name, (kind,), lambda _: ())
    highest, lowest = seen.up.highest_between(first, end), seen.up.lowest_between(first, end)

    def look(side: Side) -> tuple[Found, ...]:
        top, bottom = (highest, lowest) if side is seen.up else (-lowest, -highest)
        known = side.first_close_above(end - 1, top)
        broken = np.flatnonzero(known < until)
        row, level = known[broken], top[broken]
        size = side.close[row] - level
        return (Found(first[broken], row, level, size, side.no_close_below(row, level), bottom[broken]),)

    return both(seen, name, (kind,), look)
