"""Equal highs and lows: two swings in a row at nearly one price, where stops are said to gather.

Equal highs: successive swing highs at most `tolerance` average true ranges apart, with no price above the higher one
between them and until the second is known. `level` is the higher, `far_level` the lower; neutral. Known with the
second swing; open until a price above the level. Strength: distance of the close from the level.
"""

from __future__ import annotations

from fks_agents.bars import Bars
from fks_agents.deps import Detector
from fks_agents.events import Events
from tools.detectors._equals import equals
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least


def equal_highs_and_lows(n: int = 5, tolerance: float = 0.25) -> Detector:
    """Detector over swings with `n` bars (>= 1) on each side; `tolerance` (>= 0) in average true ranges."""
    at_least(1, n=n)
    at_least(0, tolerance=tolerance)

    def detect(bars: Bars) -> Events:
        seen = ground(bars)

        def look(side: Side) -> tuple[Found, ...]:
            _, formed, known, top, bottom = equals(side, n, tolerance)
            size = top - side.close[known]
            kind = 0 if side.sign > 0 else 1
            return (Found(formed, known, top, size, side.no_high_above(known, top), bottom, kind=kind, leans=0),)

        return both(seen, "equal_levels", ("equal_highs", "equal_lows"), look)

    return detect


detect = equal_highs_and_lows()

_: Detector = detect
