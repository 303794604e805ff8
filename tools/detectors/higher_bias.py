"""Higher-timeframe bias: on which side of their mean the closes of a longer bar stand.

Higher bars are put together from these ones. A higher bar counts only when it is complete: when a bar closes at its
end, or at the first close after it. Bullish from the moment a higher close is above the mean of the last `width`
higher closes, that one included; bearish below; equal keeps what was. `level` is the mean, `formed_at` the last bar
inside the higher one. Open until the bias changes. Strength: distance of the higher close from the mean.
"""

from __future__ import annotations

import numpy as np

from execution_core import structure
from fks_agents.bars import SECONDS, Bars
from fks_agents.contracts import Timeframe
from fks_agents.deps import Detector
from fks_agents.events import Events
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._parameters import at_least
from tools.detectors._periods import HIGHER, MONDAY, is_within, periods

TINY = 5e-324
"""The least positive number: any distance from the mean counts."""


def biases(higher: Timeframe | None = None, width: int = 10) -> Detector:
    """Detector over `width` (>= 2) bars of the timeframe `higher`; by default 1m looks at 15m, 5m at 1h, 15m and 30m at
    4h, 1h and 4h at 1d, 1d at 1w. Bars not shorter than the higher ones give no events."""
    at_least(2, width=width)

    def detect(bars: Bars) -> Events:
        seen = ground(bars)
        above = higher or HIGHER.get(bars.timeframe, bars.timeframe)
        length = SECONDS[above] * 1_000_000_000
        if not seen.count or not is_within(seen, length):
            return both(seen, "higher_bias", ("higher_bias",), lambda _: ())
        begins, _, end = periods(seen, length, MONDAY if above == "1w" else 0)
        # A higher bar is complete at its last row if that closes at its end, else one row later.
        known = np.where(seen.closed[end - 1] >= begins + length, end - 1, end)
        complete = known < seen.count
        last, known = end[complete] - 1, known[complete]
        close = seen.up.close[last]
        mean = structure.means_of(close, width)
        at, _ = structure.states(np.where(close != mean, close - mean, np.nan), TINY, TINY)
        is_newest = np.arange(len(at)) == len(at) - 1

        def look(side: Side) -> tuple[Found, ...]:
            toward = side.sign * (close[at] - mean[at]) > 0
            chosen = at[toward]
            level = side.sign * mean[chosen]
            size = side.sign * close[chosen] - level
            return (Found(last[chosen], known[chosen], level, size, is_newest[toward]),)

        return both(seen, "higher_bias", ("higher_bias",), look)

    return detect


detect = biases()

_: Detector = detect
