"""Fair value gaps: three bars in which the middle one leaves a band of prices where nobody traded both ways.

Bullish at bar i: low[i] > high[i-2], and the middle bar closes above its open; the band is [high[i-2], low[i]].
Bearish is the mirror image. A gap is known when bar i closes, and open until a later bar has traded through all of it.
"""

from __future__ import annotations

from itertools import chain

import numpy as np

from fks_agents.bars import Bars, Floats, moment
from fks_agents.contracts import Direction, Event
from fks_agents.deps import Detector
from fks_agents.errors import UsageError
from tools.detectors._atr import average_true_range, in_ranges, require_finite


def fair_value_gaps(smallest: float = 0.0) -> Detector:
    """Detector of gaps at least `smallest` average true ranges wide (>= 0); raises UsageError below zero."""
    if not smallest >= 0:
        raise UsageError(f"smallest must be at least 0 average true ranges, was {smallest!r}")

    def detect(bars: Bars) -> tuple[Event, ...]:
        require_finite(bars)
        if len(bars) < 3:
            return ()
        ranges = average_true_range(bars)
        bullish = _gaps(bars, ranges, "bullish", smallest)
        bearish = _gaps(bars, ranges, "bearish", smallest)
        # No two share a time: the middle bar cannot have closed both above and below its open.
        return tuple(sorted(chain(bullish, bearish), key=lambda event: event.confirmed_at))

    return detect


def _gaps(bars: Bars, ranges: Floats, direction: Direction, smallest: float) -> list[Event]:
    # Seen upside down, a bearish gap is a bullish one.
    sign = 1.0 if direction == "bullish" else -1.0
    low, high = (bars.low, bars.high) if direction == "bullish" else (-bars.high, -bars.low)
    near, far = low[2:], high[:-2]
    impulse = sign * (bars.close - bars.open)[1:-1] > 0
    strength = in_ranges(near - far, ranges[2:])
    found = np.flatnonzero((near > far) & impulse & (strength >= smallest))
    # Lowest low of the bars after bar i; the newest bar has none after it.
    lowest_after = np.append(np.minimum.accumulate(low[::-1])[::-1][1:], np.inf)[2:]
    is_open = lowest_after > far
    return [
        Event(
            detector="fvg",
            kind="fvg",
            direction=direction,
            formed_at=moment(bars.opened[i + 2]),
            confirmed_at=moment(bars.closed[i + 2]),
            level=sign * float(near[i]),
            far_level=sign * float(far[i]),
            strength=float(strength[i]),
            is_open=bool(is_open[i]),
        )
        for i in found.tolist()
    ]


detect = fair_value_gaps()

_: Detector = detect
