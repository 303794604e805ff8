"""Volatility gate: whether bars are wider or narrower than they used to be.

The average true range over its mean of the last `width` bars. `volatile` from `enter` times that mean until below
`leave` times, `calm` from 1 / `enter` down until above 1 / `leave`, else `normal`. An event at each change (the first
ratio makes one), open until the next; neutral. `level` is the close. Known when the bar closes. Strength: distance of
the average true range from its mean.
"""

from __future__ import annotations

import numpy as np

from execution_core import structure
from fks_agents.bars import Bars, Floats
from fks_agents.deps import Detector
from fks_agents.events import Events
from tools.detectors._gates import gate
from tools.detectors._ground import ground
from tools.detectors._parameters import above, at_least


def volatility_states(width: int = 100, enter: float = 1.4, leave: float = 1.2) -> Detector:
    """Detector over `width` bars (>= 2); 1 < `leave` <= `enter`."""
    at_least(2, width=width)
    above(1, leave=leave)
    at_least(leave, enter=enter)

    def detect(bars: Bars) -> Events:
        seen = ground(bars)
        usual = structure.means_of(seen.ranges, width)
        known, state = structure.states(
            _evenly(seen.ranges, usual), (enter - 1) / (enter + 1), (leave - 1) / (leave + 1)
        )
        size = np.abs(seen.ranges[known] - usual[known])
        return gate(seen, "volatility", ("calm", "normal", "volatile"), known, state, size, leans=False)

    return detect


def _evenly(ranges: Floats, usual: Floats) -> Floats:
    """(r - 1) / (r + 1) of their ratio r, equally far from 0 for r and 1 / r. NaN while nothing moved."""
    with np.errstate(invalid="ignore"):
        evened: Floats = (ranges - usual) / (ranges + usual)
    return evened


detect = volatility_states()

_: Detector = detect
