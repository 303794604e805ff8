"""Volume climaxes: far more volume than of late, on a wide bar.

The volume is at least `times` the mean of the `width` bars before (which must be above zero), and the range at least
`wide` average true ranges (by the average before the bar). `level` is the high, `far_level` the low; neutral. Known
when the bar closes; open until a close outside it. Strength: the range. Raises DataError on a volume that is not
finite.
"""

from __future__ import annotations

import numpy as np

from execution_core import structure
from fks_agents.bars import Bars
from fks_agents.deps import Detector
from fks_agents.events import Events
from tools.detectors._found import Found, events
from tools.detectors._ground import ground, volumes
from tools.detectors._parameters import above, at_least


def volume_climaxes(width: int = 20, times: float = 2.0, wide: float = 1.0) -> Detector:
    """Detector against the mean of `width` volumes (>= 1); `times` > 0, `wide` (> 0) in average true ranges."""
    at_least(1, width=width)
    above(0, times=times, wide=wide)

    def detect(bars: Bars) -> Events:
        seen, volume = ground(bars), volumes(bars)
        up = seen.up
        usual = structure.means_of(volume, width)[width - 1 : -1]
        row = np.flatnonzero((volume[width:] >= times * usual) & (usual > 0)) + width
        row = row[up.high[row] - up.low[row] >= wide * up.ranges[row - 1]]
        level, far = up.high[row], up.low[row]
        is_open = up.no_close_above(row, level) & up.no_close_below(row, far)
        return events(
            seen,
            "volume_climax",
            ("volume_climax",),
            ((up, (Found(row, row, level, level - far, is_open, far, leans=0),)),),
        )

    return detect


detect = volume_climaxes()

_: Detector = detect
