"""Strategies an engine runs itself, without calling Python between bars."""

from __future__ import annotations

from typing import NamedTuple


class SmaCross(NamedTuple):
    """In the direction of the fast mean against the slow one, from the first crossing on; flat after a leg's fill.

    The means are running sums of closes: the newest is added, then the oldest taken off.
    """

    fast: int = 10
    slow: int = 50
    size: float = 1.0
    """Units held while in the market."""
    stop_fraction: float = 0.0
    """Of the entry's fill; 0 for none."""
    target_fraction: float = 0.0


class Momentum(NamedTuple):
    """In the direction of the close against the one `slow` bars before, from the first change of sign on."""

    slow: int = 20
    size: float = 1.0
    stop_fraction: float = 0.0
    target_fraction: float = 0.0


Strategy = SmaCross | Momentum
