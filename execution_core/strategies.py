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


class AsmbtrOdds(NamedTuple):
    """Long where the last `depth` moves were followed by a rise more often than not, short where by a fall, else flat.

    Counts as `asmbtr.Asmbtr` does, one close after the other and nothing ahead of it; sure is what the Wilson interval
    at Kish's effective count says.
    """

    depth: int = 8
    """Moves in a state, 1 to 24."""
    decay: float = 1.0
    """Weight that is left of a state's counts at its next visit, in (0, 1]."""
    least: int = 30
    """Observations of a state below which it is flat."""
    confidence: float = 0.95
    """Of the interval that must leave out one half, in (0, 1)."""
    size: float = 1.0
    stop_fraction: float = 0.0
    target_fraction: float = 0.0


class MarkovOdds(NamedTuple):
    """Long where bull followed the present regime more often than bear, short where bear did, else flat.

    The return over `span` bars is bull above `width` root mean squares of all such returns so far, bear below minus
    that, else sideways; a label once given stays. Transitions go from one span to the next.
    """

    span: int = 1
    width: float = 0.5
    least: int = 30
    """Transitions of the present regime to bull or bear below which it is flat."""
    confidence: float = 0.95
    size: float = 1.0
    stop_fraction: float = 0.0
    target_fraction: float = 0.0


Strategy = SmaCross | Momentum | AsmbtrOdds | MarkovOdds
