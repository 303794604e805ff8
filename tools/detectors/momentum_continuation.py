"""Momentum continuation: a strong run, a shallow pause, and a close beyond the run.

Bullish: over `run` bars the close gained at least `strong` average true ranges; the `pause` bars that follow stay at
or below the high of the run's last bar and keep at least half of the gain; the next bar closes above that high.
`level` is the high, `far_level` the lowest price of the pause. Known when that bar closes; open until a close below
the far level. Strength: the gain of the run.
"""

from __future__ import annotations

import numpy as np

from fks_agents.deps import Detector
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import above, at_least


def continuations(run: int = 10, strong: float = 3.0, pause: int = 3) -> Detector:
    """Detector of runs and pauses of so many bars (>= 1); `strong` (> 0) in average true ranges."""
    at_least(1, run=run, pause=pause)
    above(0, strong=strong)

    def look(side: Side) -> tuple[Found, ...]:
        rest = pause + 1
        strong_runs = side.close[run:-rest] - side.close[: -run - rest] >= strong * side.ranges[run:-rest]
        last = np.flatnonzero(strong_runs & (side.close[run + rest :] > side.high[run:-rest])) + run
        row, start, end, level = last + rest, side.close[last - run], side.close[last], side.high[last]
        ceiling, floor = side.highest_at(row - 1, pause), side.lowest_at(row - 1, pause)
        made = np.flatnonzero((ceiling <= level) & (floor >= (start + end) / 2))
        row, last, level, far, gain = row[made], last[made], level[made], floor[made], (end - start)[made]
        return (Found(last, row, level, gain, side.no_close_below(row, far), far),)

    return lambda bars: both(ground(bars), "momentum_continuation", ("continuation",), look)


detect = continuations()

_: Detector = detect
