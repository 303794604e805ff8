"""How sure a share of counted outcomes is."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple


class Interval(NamedTuple):
    low: float
    high: float


def wilson(share: float, count: float, confidence: float = 0.95) -> Interval:
    """Score interval of a share in [0, 1] of `count` > 0 outcomes, which need not be whole (Wilson 1927).

    Raises ValueError where an argument lies outside its range.
    """
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"share must lie in [0, 1], was {share!r}")
    if not count > 0.0:
        raise ValueError(f"count must be positive, was {count!r}")
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence must lie in (0, 1), was {confidence!r}")
    z = z_of(confidence)
    centre = (share + z * z / (2.0 * count)) / (1.0 + z * z / count)
    half = z / (1.0 + z * z / count) * sqrt(share * (1.0 - share) / count + z * z / (4.0 * count * count))
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def z_of(confidence: float) -> float:
    """Deviations of a normal variable within which that share of it lies; confidence in (0, 1)."""
    from statistics import NormalDist  # with fractions, decimal and random, a fifth of what the core's import costs

    return NormalDist().inv_cdf(0.5 + confidence / 2.0)
