"""Market-structure detectors: causal, and they never repaint.

A public module here with a function `detect` is the detector of the module's name. Its factory takes the parameters;
`detect` is what the factory gives by default, and takes the bars alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from inspect import isfunction, signature
from typing import Any, NamedTuple, cast, get_type_hints

from fks_agents import _discovery
from fks_agents.bars import Bars
from fks_agents.contracts import Event
from fks_agents.deps import Detector
from fks_agents.errors import ConfigError, UsageError


class Parameter(NamedTuple):
    type: Any
    default: object


def names() -> tuple[str, ...]:
    """Every detector there is, sorted."""
    return _discovery.names(__path__)


def get(name: str) -> Detector:
    """The detector called `name`; raises UsageError listing the known ones."""
    return cast("Detector", _discovery.part(__name__, __path__, "detector", name, "detect"))


def factory(name: str) -> Callable[..., Detector]:
    """What makes the detector called `name` with parameters of one's own: the one public function of its module.

    Raises UsageError listing the known ones, and where a parameter lies outside its range when it is called.
    """
    module = _discovery.load(__name__, __path__, "detector", name)
    made = [
        each for label, each in vars(module).items()
        if isfunction(each) and each.__module__ == module.__name__ and not label.startswith("_") and label != "detect"
    ]  # fmt: skip
    if len(made) != 1:
        raise ConfigError(f"detector {name!r}: expected one factory in {module.__file__}, was {len(made)}")
    return cast("Callable[..., Detector]", made[0])


def parameters(name: str) -> Mapping[str, Parameter]:
    """What the factory takes, by name, with its type and what it is where nothing is said."""
    make = factory(name)
    types = get_type_hints(make)
    return {each.name: Parameter(types[each.name], each.default) for each in signature(make).parameters.values()}


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
