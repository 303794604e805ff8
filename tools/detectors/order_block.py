"""Order blocks: the last bar against a move that then broke structure.

Bullish: the last bar that closed below its open, between the broken swing high and the break (the swing's own bar
counts, the breaking bar does not); the break closes above its high. The zone is its whole range: `level` the high,
`far_level` the low. Known when the break closes; open until a close below the zone. Strength: how far the break
closed above the zone. A reading of "smart money" charting; others take the body, or the bar with the lowest low.
"""

from __future__ import annotations

from fks_agents.deps import Detector
from tools.detectors._blocks import blocks
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least


def order_blocks(n: int = 5) -> Detector:
    """Detector of blocks behind breaks of swings with `n` bars (>= 1) on each side."""
    at_least(1, n=n)

    def look(side: Side) -> tuple[Found, ...]:
        formed, known, top, bottom = blocks(side, n)
        return (Found(formed, known, top, side.close[known] - top, side.no_close_below(known, bottom), bottom),)

    return lambda bars: both(ground(bars), "order_block", ("order_block",), look)


detect = order_blocks()

_: Detector = detect
