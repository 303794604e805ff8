"""Long lines in few points: each stretch shows its lowest and highest."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fks_agents.events import Rows

POINTS = 1500
"""Most points of a line."""


def rows(values: NDArray[np.floating[Any]]) -> Rows:
    """Rows to draw: all, or the lowest and highest of each stretch, with the first and the last."""
    if len(values) <= POINTS:
        return np.arange(len(values))
    chosen = {0, len(values) - 1}
    for part in np.array_split(np.arange(len(values)), POINTS // 2):
        chosen |= {int(part[np.argmin(values[part])]), int(part[np.argmax(values[part])])}
    return np.array(sorted(chosen))
