"""First trades beyond the high of the period before."""

from __future__ import annotations

import numpy as np

from fks_agents.events import Rows
from tools.detectors._found import Found
from tools.detectors._ground import Ground, Side
from tools.detectors._periods import is_within, periods

KINDS = ("previous_high_broken", "previous_high_swept", "previous_low_broken", "previous_low_swept")


def beyond_previous(seen: Ground, side: Side, length: int, offset: int) -> tuple[Found, ...]:
    """The first bar of each period above the high of the one before: broken if it closes there, else swept."""
    if not seen.count or not is_within(seen, length):
        return ()
    _, first, end = periods(seen, length, offset)
    top = side.highest_between(first[:-1], first[1:])
    known = side.first_high_above(first[1:] - 1, top)
    made = np.flatnonzero(known < end[1:])
    known, top = known[made], top[made]
    formed = side.first_high_at(first[:-1][made] - 1, top)
    broken = side.close[known] > top
    kind = 0 if side.sign > 0 else 2

    def found(chosen: Rows, kind: int, leans: int) -> Found:
        row, level = known[chosen], top[chosen]
        is_open = side.no_close_below(row, level) if leans > 0 else side.no_close_above(row, level)
        return Found(formed[chosen], row, level, np.abs(side.close[row] - level), is_open, kind=kind, leans=leans)

    return found(np.flatnonzero(broken), kind, 1), found(np.flatnonzero(~broken), kind + 1, -1)
