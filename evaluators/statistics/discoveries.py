"""Many tests at once: which results stand when the share of false ones among them is to stay small."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from evaluators.statistics._arrays import at_least, between, column
from fks_agents.errors import DataError


class Discoveries(NamedTuple):
    adjusted: tuple[float, ...]
    """p-values adjusted for all tests made, in the order given."""
    found: tuple[bool, ...]
    """Whether each is at or below the level."""


def benjamini_hochberg(p_values: object, level: float = 0.05) -> Discoveries:
    """Discoveries of which at most a share of `level` is expected to be false (Benjamini and Hochberg 1995).

    Holds for tests that are independent or positively dependent. Give every test that was made, not the good ones.
    """
    values = column(p_values, "p_values", least=0)
    between(level, 0.0, 1.0, "level")
    if np.any(bad := (values < 0.0) | (values > 1.0)):
        row = int(np.argmax(bad))
        raise DataError(f"p_values, row {row}: expected between 0 and 1, was {float(values[row])!r}")
    if len(values) == 0:
        return Discoveries((), ())
    from scipy.stats import false_discovery_control

    adjusted = false_discovery_control(values)
    return Discoveries(tuple(adjusted.tolist()), tuple((adjusted <= level).tolist()))


def best_of(p: float, trials: int) -> float:
    """Chance that the best of so many independent trials without an edge has a p-value as small (Sidak 1967)."""
    at_least(trials, 1, "trials")
    return float(-np.expm1(trials * np.log1p(-p))) if p < 1.0 else 1.0
