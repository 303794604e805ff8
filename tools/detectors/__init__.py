"""Market-structure detectors: causal, and they never repaint.

A public module here with a function `detect` is the detector of the module's name. Its factory takes the parameters;
`detect` is what the factory gives by default, and takes the bars alone.
"""

from __future__ import annotations

from typing import cast

from fks_agents import _discovery
from fks_agents.deps import Detector


def names() -> tuple[str, ...]:
    """Every detector there is, sorted."""
    return _discovery.names(__path__)


def get(name: str) -> Detector:
    """The detector called `name`; raises UsageError listing the known ones."""
    return cast("Detector", _discovery.load(__name__, __path__, "detector", name).detect)
