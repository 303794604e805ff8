"""Closes through a swing, as found events."""

from __future__ import annotations

import numpy as np

from tools.detectors._found import Found
from tools.detectors._ground import Side


def found_breaks(side: Side, n: int, kind: int, *, turned: bool) -> Found:
    """Breaks of swings of `n` bars that turned the trend, or those that went with it."""
    breaks = side.breaks(n)
    chosen = np.flatnonzero(breaks.turned == turned)
    known, level = breaks.known[chosen], breaks.level[chosen]
    size = side.close[known] - level
    return Found(breaks.formed[chosen], known, level, size, side.no_close_below(known, level), kind=kind)
