"""Regime gate: whether price goes somewhere, by Kaufman's efficiency ratio.

The ratio is the change of the close over `width` bars as a share of the sum of the absolute changes in between, with
its sign. `trending_up` from `enter` until it is below `leave`, `trending_down` mirrors it, else `ranging`. An event
at each change (the first ratio makes one), open until the next. `level` is the close. Known when the bar closes.
Strength: the change over `width` bars. Kaufman, Smarter Trading (1995). The ratio of a random walk is above 0.45 now
and then, too.
"""

from __future__ import annotations

import numpy as np

from execution_core import structure
from fks_agents.bars import Bars
from fks_agents.deps import Detector
from fks_agents.events import Events
from tools.detectors._gates import gate
from tools.detectors._ground import ground
from tools.detectors._parameters import above, at_least, between


def trend_regimes(width: int = 20, enter: float = 0.45, leave: float = 0.25) -> Detector:
    """Detector over `width` bars (>= 2); 0 < `leave` <= `enter` <= 1."""
    at_least(2, width=width)
    above(0, leave=leave)
    between(leave, 1, enter=enter)

    def detect(bars: Bars) -> Events:
        seen = ground(bars)
        close = seen.up.close
        ratio = np.full(seen.count, np.nan)
        net = close[width:] - close[:-width]
        # The mean of absolute changes counts from the second bar on.
        path = width * structure.means_of(np.abs(np.diff(close)), width)[width - 1 :]
        with np.errstate(invalid="ignore"):  # where nothing moved there is no ratio
            np.divide(net, path, out=ratio[width:])
        known, state = structure.states(ratio, enter, leave)
        size = np.abs(close[known] - close[known - width])
        return gate(seen, "regime", ("trending_down", "ranging", "trending_up"), known, state, size, leans=True)

    return detect


detect = trend_regimes()

_: Detector = detect
