"""Gates: events that say which state the market is in, until the next one says otherwise."""

from __future__ import annotations

import numpy as np

from fks_agents.bars import Floats
from fks_agents.events import Codes, Events, Rows
from tools.detectors._found import Found, events
from tools.detectors._ground import Ground


def gate(
    seen: Ground, name: str, kinds: tuple[str, str, str], known: Rows, state: Codes, size: Floats, *, leans: bool
) -> Events:
    """Events at changes of a state -1, 0 or 1, called `kinds[state + 1]`; the newest is open. `leans`: 1 is bullish."""
    is_newest = np.arange(len(known)) == len(known) - 1

    def found(code: int) -> Found:
        chosen = np.flatnonzero(state == code)
        row = known[chosen]
        return Found(
            row, row, seen.up.close[row], size[chosen], is_newest[chosen], kind=code + 1, leans=code if leans else 0
        )

    return events(seen, name, kinds, ((seen.up, tuple(found(code) for code in (-1, 0, 1))),))
