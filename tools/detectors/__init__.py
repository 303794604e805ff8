"""Market-structure detectors: causal, and they never repaint.

A public module here with a function `detect` is the detector of the module's name. Its factory takes the parameters;
`detect` is what the factory gives by default, and takes the bars alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from fks_agents import _discovery
from fks_agents.bars import Bars
from fks_agents.contracts import Event
from fks_agents.deps import Detector
from fks_agents.errors import UsageError


def names() -> tuple[str, ...]:
    """Every detector there is, sorted."""
    return _discovery.names(__path__)


def get(name: str) -> Detector:
    """The detector called `name`; raises UsageError listing the known ones."""
    return cast("Detector", _discovery.part(__name__, __path__, "detector", name, "detect"))


def in_force(chosen: Sequence[Detector], bars: Bars, row: int, within: int = 1) -> tuple[Event, ...]:
    """What made a signal at the close of bar `row`: events open then, or confirmed in the `within` bars up to it.

    Judged from the bars up to `row` alone; detector by detector, each by confirmation. Raises UsageError for a row
    that is not there or `within` < 0.
    """
    if not 0 <= row < len(bars):
        raise UsageError(f"row must be from 0 to {len(bars) - 1}, was {row}")
    if within < 0:
        raise UsageError(f"within must be at least 0 bars, was {within}")
    known = bars[: row + 1]
    found = (detect(known) for detect in chosen)
    return tuple(event for seen in found for event in seen.only(seen.is_open | (seen.confirmed > row - within)))
