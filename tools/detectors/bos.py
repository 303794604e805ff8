"""Breaks of structure: a close beyond the newest known unbroken swing, with the trend, or while there is no trend yet.

Level: the swing's. Known when the breaking bar closes; open until a close back through the level. Strength: the
breaking close's distance from it. The trend and the order in which things happen at one close are those of `swings`,
which gives this kind among others. Words of "smart money" charting, whose authors differ on them.
"""

from __future__ import annotations

from fks_agents.deps import Detector
from tools.detectors._breaks import found_breaks
from tools.detectors._found import both
from tools.detectors._ground import ground
from tools.detectors._parameters import at_least


def breaks_of_structure(n: int = 5) -> Detector:
    """Detector over swings with `n` bars (>= 1) on each side."""
    at_least(1, n=n)
    return lambda bars: both(ground(bars), "bos", ("bos",), lambda side: (found_breaks(side, n, 0, turned=False),))


detect = breaks_of_structure()

_: Detector = detect
