"""Opening gaps: a bar that opens beyond the whole of the one before.

Bullish: the open is above the high of the bar before. The zone reaches from `level`, the open, to `far_level`, that
high. Known when the bar closes (it may have filled the gap by then, and the event is born closed); open until a low
reaches the far edge. Strength: the width. See `gap_fill` for the fill.
"""

from __future__ import annotations

from fks_agents.deps import Detector
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least


def gaps(smallest: float = 0.25) -> Detector:
    """Detector of gaps at least `smallest` average true ranges wide (>= 0), by the average before the gap."""
    at_least(0, smallest=smallest)

    def look(side: Side) -> tuple[Found, ...]:
        row = side.gapped
        row = row[side.open[row] - side.high[row - 1] >= smallest * side.ranges[row - 1]]
        near, far = side.open[row], side.high[row - 1]
        is_open = (side.low[row] > far) & side.not_filled(row, far)
        return (Found(row, row, near, near - far, is_open, far),)

    return lambda bars: both(ground(bars), "gap", ("gap",), look)


detect = gaps()

_: Detector = detect
