"""Volume imbalances: two bars whose bodies leave a band that only their wicks have traded.

Bullish: the body of a bar lies wholly above the body of the one before, while its low reaches down to that bar's high
or below. The zone reaches from `level`, the bottom of the upper body, to `far_level`, the top of the lower one. Known
when the second bar closes; open until a later low reaches the far edge. Strength: the width. Where not even the wicks
meet, see `gap`; three bars with a band between the outer two are an `fvg`.
"""

from __future__ import annotations

import numpy as np

from fks_agents.deps import Detector
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least


def volume_imbalances(smallest: float = 0.1) -> Detector:
    """Detector of bands at least `smallest` average true ranges wide (>= 0)."""
    at_least(0, smallest=smallest)

    def look(side: Side) -> tuple[Found, ...]:
        opened, closed = side.open, side.close
        # Both ends of the body are above both ends of the one before.
        apart = (opened[1:] > opened[:-1]) & (opened[1:] > closed[:-1]) & (closed[1:] > opened[:-1])
        row = np.flatnonzero(apart & (closed[1:] > closed[:-1]) & (side.low[1:] <= side.high[:-1])) + 1
        near, far = np.minimum(opened[row], closed[row]), np.maximum(opened[row - 1], closed[row - 1])
        wide = near - far >= smallest * side.ranges[row]
        row, near, far = row[wide], near[wide], far[wide]
        return (Found(row, row, near, near - far, side.not_filled(row, far), far),)

    return lambda bars: both(ground(bars), "imbalance", ("imbalance",), look)


detect = volume_imbalances()

_: Detector = detect
