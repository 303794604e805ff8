"""Swing highs and lows, and the closes that break them: break of structure (BOS) and change of character (CHOCH).

A swing high is a bar whose high is above the highs of the `n` bars before it and not below those of the `n` bars after
it (of equal highs the first counts). It is known when the n-th bar after it closes; a swing low mirrors it.

Breaks are a state machine with three values: the newest known unbroken swing high, the newest known unbroken swing
low, and the trend, which starts as none. At each close, in this order:

1. A close above the swing high breaks it: CHOCH where the trend was down, else BOS. The trend becomes up, and there is
   no swing high to break until the next one is known.
2. A close below the swing low breaks it: CHOCH where the trend was up, else BOS. The trend becomes down.
3. A swing that became known at this close replaces the older one of its kind, broken or not.

A swing is a level and no opinion (direction `neutral`), open until a close has gone through it. A break points the way
it went, and is open until a close has come back through its level. Strength: of a swing, its distance from the close
that confirms it; of a break, the distance of the breaking close from the level; both in average true ranges.
"""

from __future__ import annotations

import numpy as np

from fks_agents.bars import Bars
from fks_agents.deps import Detector
from fks_agents.events import Events
from tools.detectors._breaks import found_breaks
from tools.detectors._found import Found, events
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least

KINDS = ("swing_high", "swing_low", "bos", "choch")


def swing_structure(n: int = 5) -> Detector:
    """Detector of swings with `n` bars (>= 1) on each side, and of their breaks; raises UsageError below one."""
    at_least(1, n=n)

    def detect(bars: Bars) -> Events:
        seen = ground(bars)
        up, down = seen.up, seen.down
        # At one close breaks come before new swings, and the upper before the lower.
        return events(
            seen,
            "swings",
            KINDS,
            (
                (up, (found_breaks(up, n, 2, turned=False), found_breaks(up, n, 3, turned=True))),
                (down, (found_breaks(down, n, 2, turned=False), found_breaks(down, n, 3, turned=True))),
                (up, (_swings(up, n, 0),)),
                (down, (_swings(down, n, 1),)),
            ),
        )

    return detect


def _swings(side: Side, n: int, kind: int) -> Found:
    formed, known, level = side.swing_highs(n)
    # The close that confirms a swing is never beyond it.
    size = np.abs(level - side.close[known])
    return Found(formed, known, level, size, side.no_close_above(known, level), kind=kind, leans=0)


detect = swing_structure()

_: Detector = detect
