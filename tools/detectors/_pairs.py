"""Successive swing lows, with the momentum at each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fks_agents.bars import Floats
from fks_agents.events import Rows
from tools.detectors._ground import Side


class Pairs(NamedTuple):
    formed: Rows
    known: Rows
    fall: Floats
    """How much lower the second low is; negative where it is higher."""
    level: Floats
    """Of the second low."""
    gain: Floats
    """Momentum (close minus the close `lookback` bars before) at the second low, less that at the first."""


def pairs(side: Side, n: int, lookback: int) -> Pairs:
    """Every two swing lows in a row whose momentum is known."""
    key = ("pairs", n, lookback)
    if key not in side.kept:
        side.kept[key] = _pairs(side, n, lookback)
    found: Pairs = side.kept[key]
    return found


def _pairs(side: Side, n: int, lookback: int) -> Pairs:
    lows = side.swing_lows(n)
    old_enough = lows.formed >= lookback
    formed, known, level = lows.formed[old_enough], lows.known[old_enough], lows.level[old_enough]
    momentum = side.close[formed] - side.close[formed - lookback]
    return Pairs(formed[1:], known[1:], -np.diff(level), level[1:], np.diff(momentum))
