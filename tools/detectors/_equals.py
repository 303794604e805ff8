"""Two swing highs in a row at nearly one price."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fks_agents.bars import Floats
from fks_agents.events import Rows
from tools.detectors._ground import Side


class Equals(NamedTuple):
    """Pairs of equal swing highs, by the second one."""

    first: Rows
    formed: Rows
    known: Rows
    top: Floats
    bottom: Floats


def equals(side: Side, n: int, tolerance: float) -> Equals:
    """Successive swing highs at most `tolerance` average ranges apart, with no price above both until known."""
    key = ("equals", n, tolerance)
    if key not in side.kept:
        side.kept[key] = _equals(side, n, tolerance)
    found: Equals = side.kept[key]
    return found


def _equals(side: Side, n: int, tolerance: float) -> Equals:
    highs = side.swing_highs(n)
    first, second = highs.level[:-1], highs.level[1:]
    near = np.flatnonzero(np.abs(second - first) <= tolerance * side.ranges[highs.known[1:]])
    top, bottom = np.maximum(first, second)[near], np.minimum(first, second)[near]
    known = highs.known[near + 1]
    quiet = side.first_high_above(highs.formed[near], top) > known
    near = near[quiet]
    return Equals(highs.formed[near], highs.formed[near + 1], known[quiet], top[quiet], bottom[quiet])
