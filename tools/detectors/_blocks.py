"""Order blocks: the last bar against a move that broke structure."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fks_agents.bars import Floats
from fks_agents.events import Rows
from tools.detectors._ground import Side


class Blocks(NamedTuple):
    """Blocks under a rise, by the break that made them known."""

    formed: Rows
    known: Rows
    top: Floats
    bottom: Floats


def blocks(side: Side, n: int) -> Blocks:
    """The last falling bar after each broken swing high (or that bar itself) and before the break, left above."""
    if ("blocks", n) not in side.kept:
        side.kept["blocks", n] = _blocks(side, n)
    found: Blocks = side.kept["blocks", n]
    return found


def _blocks(side: Side, n: int) -> Blocks:
    breaks, fallen = side.breaks(n), np.flatnonzero(side.fell)
    before = np.searchsorted(fallen, breaks.known) - 1
    formed = fallen[np.maximum(before, 0)] if len(fallen) else np.zeros(len(before), dtype=np.intp)
    top = side.high[formed]
    kept = np.flatnonzero((before >= 0) & (formed >= breaks.formed) & (side.close[breaks.known] > top))
    formed = formed[kept]
    return Blocks(formed, breaks.known[kept], top[kept], side.low[formed])
