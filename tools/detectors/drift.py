"""Drift sentinel: the mean of the changes is no longer what it was.

Page's cumulative test in Hinkley's form, in both directions, on changes of the close in average true ranges (by the
average before each bar): bullish when the sum of (change - mean so far - `slack`) is more than `threshold` above its
lowest, bearish in the mirror. After an alarm the test begins anew. `level` is the close. Known when the bar closes;
open until the next alarm. Strength: the move since the alarm before, or since the first bar. Page (1954), Hinkley
(1971).
"""

from __future__ import annotations

import numpy as np

from execution_core import structure
from fks_agents.bars import Bars
from fks_agents.deps import Detector
from fks_agents.events import Events
from tools.detectors._gates import gate
from tools.detectors._ground import ground
from tools.detectors._parameters import above, at_least


def drift_alarms(slack: float = 0.1, threshold: float = 6.0) -> Detector:
    """Detector with `slack` >= 0 and `threshold` > 0, both in average true ranges."""
    at_least(0, slack=slack)
    above(0, threshold=threshold)

    def detect(bars: Bars) -> Events:
        seen = ground(bars)
        close, before = seen.up.close, seen.ranges[:-1]
        changes = np.full(seen.count, np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):  # where nothing had moved yet there is no measure
            np.divide(np.diff(close), before, out=changes[1:])
        known, state = structure.drifts(changes, slack, threshold)
        size = np.abs(np.diff(close[known], prepend=close[:1])) if len(known) else np.empty(0)
        return gate(seen, "drift", ("drift_down", "none", "drift_up"), known, state, size, leans=True)

    return detect


detect = drift_alarms()

_: Detector = detect
