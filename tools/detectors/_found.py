"""From what a detector found, in rows and prices, to events."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from fks_agents.bars import Floats
from fks_agents.events import Events, Flags, Rows
from tools.detectors._ground import Ground, Side, in_ranges

Value = TypeVar("Value", bound=np.generic)


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
    found = [(side.sign, each) for side, all_of_it in sides for each in all_of_it]
    known = _column([each.known for _, each in found])
    level = _column([sign * each.level for sign, each in found])
    far = _column([np.full(len(each.known), np.nan) if each.far is None else sign * each.far for sign, each in found])
    formed = _column([each.formed for _, each in found])
    size = _column([each.size for _, each in found])
    is_open = _column([each.is_open for _, each in found])
    lengths = [len(each.known) for _, each in found]
    kind = np.repeat(np.array([each.kind for _, each in found], dtype=np.int8), lengths)
    leans = np.repeat(np.array([sign * each.leans for sign, each in found], dtype=np.int8), lengths)
    order = np.argsort(known, kind="stable")
    known = known[order]
    return Events(
        detector=name,
        kinds=kinds,
        kind=kind[order],
        direction=leans[order],
        formed=formed[order],
        confirmed=known,
        level=level[order],
        far_level=far[order],
        strength=in_ranges(size[order], seen.ranges[known]),
        is_open=is_open[order],
        opened=seen.opened,
        closed=seen.closed,
    )


def _column(parts: list[NDArray[Value]]) -> NDArray[Value]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
