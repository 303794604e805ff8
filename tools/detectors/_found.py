"""From what a detector found, in rows and prices, to events."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from execution_core import structure
from fks_agents.bars import Floats
from fks_agents.events import Events, Flags, Rows
from tools.detectors._ground import Ground, Side


class Found(NamedTuple):
    """Events of one kind and direction, in any order; all columns of one length, prices as the side sees them."""

    formed: Rows
    known: Rows
    level: Floats
    size: Floats
    """In price, >= 0; becomes the strength."""
    is_open: Flags
    far: Floats | None = None
    kind: int = 0
    leans: int = 1
    """1 the way the side looks, -1 against it, 0 no way."""


def both(seen: Ground, name: str, kinds: tuple[str, ...], look: Callable[[Side], tuple[Found, ...]]) -> Events:
    """Events of both sides, by confirmation; of those confirmed together the upright side's first."""
    return events(seen, name, kinds, ((seen.up, look(seen.up)), (seen.down, look(seen.down))))


def events(
    seen: Ground, name: str, kinds: tuple[str, ...], sides: tuple[tuple[Side, tuple[Found, ...]], ...]
) -> Events:
    """Events of the given sides, by confirmation, otherwise in the order given."""
    parts = [
        (each.formed, each.known, each.level, each.size, each.is_open, each.far, each.kind, each.leans, side.sign)
        for side, found in sides
        for each in found
    ]
    kind, direction, formed, known, level, far, strength, is_open = structure.in_order(parts, seen.ranges)
    return Events(name, kinds, kind, direction, formed, known, level, far, strength, is_open, seen.opened, seen.closed)
