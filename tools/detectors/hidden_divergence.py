"""Hidden divergences: a pullback that kept its ground although momentum fell further.

Bullish: a swing low above the one before it, while momentum at its bar is lower than it was at the other. Momentum is
the close less the close `lookback` bars before; no oscillator is involved. `level` is the newer low. Known when the
newer swing is; open until a close below it. Strength: the distance between the two lows.
"""

from __future__ import annotations

import numpy as np

from fks_agents.deps import Detector
from tools.detectors._found import Found, both
from tools.detectors._ground import Side, ground
from tools.detectors._pairs import pairs
from tools.detectors._parameters import at_least


def hidden_divergences(n: int = 5, lookback: int = 10) -> Detector:
    """Detector over swings with `n` bars on each side; momentum over `lookback` bars (both >= 1)."""
    at_least(1, n=n, lookback=lookback)

    def look(side: Side) -> tuple[Found, ...]:
        found = pairs(side, n, lookback)
        chosen = (found.fall < 0) & (found.gain < 0)
        known, level = found.known[chosen], found.level[chosen]
        size = np.abs(found.fall[chosen])
        return (Found(found.formed[chosen], known, level, size, side.no_close_below(known, level)),)

    return lambda bars: both(ground(bars), "hidden_divergence", ("hidden_divergence",), look)


detect = hidden_divergences()

_: Detector = detect
