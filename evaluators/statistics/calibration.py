"""Stated chances against what came: who says 70 % should be right 7 times of 10."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from evaluators.statistics._arrays import Floats, at_least, column, same_length
from evaluators.statistics.bootstrap import DRAWS, Estimate, interval
from execution_core.intervals import wilson
from fks_agents.errors import DataError


class Bin(NamedTuple):
    low: float
    high: float
    """Chances from `low` up to below `high`; the last bin takes its end."""
    number: int
    stated: float
    """Mean chance stated in the bin."""
    came: float
    """Share that came true."""
    at_least: float
    at_most: float
    """95 % Wilson interval of that share."""


class Calibration(NamedTuple):
    bins: tuple[Bin, ...]
    """Those in which something was stated."""
    brier: Estimate
    """Mean squared distance of chance and outcome: 0 is perfect, 0.25 what a constant 50 % gets."""
    skill: float | None
    """1 - Brier / Brier of always stating the share that came; None where all or nothing came."""
    error: float
    """Expected calibration error: mean |stated - came| over the bins, weighted by their numbers."""


def calibration(chances: object, came: object, *, seed: int, bins: int = 5, draws: int = DRAWS) -> Calibration:
    """Reliability and Brier score (1950) of `chances` in [0, 1] in order of time, against 0 or 1 that came.

    The interval is that of `bootstrap.interval`: neighbours may depend on one another. Raises DataError for other
    values or different lengths.
    """
    stated, truth = column(chances, "chances"), column(came, "came")
    same_length(chances=stated, came=truth)
    at_least(bins, 1, "bins")
    for name, bad in (("chances", (stated < 0.0) | (stated > 1.0)), ("came", (truth != 0.0) & (truth != 1.0))):
        if np.any(bad):
            row = int(np.argmax(bad))
            wanted = "between 0 and 1" if name == "chances" else "0 or 1"
            raise DataError(
                f"{name}, row {row}: expected {wanted}, was {float((stated, truth)[name == 'came'][row])!r}"
            )
    squares = np.square(stated - truth)
    told = _bins(stated, truth, bins)
    base = float(np.mean(truth))
    spread = base * (1.0 - base)
    return Calibration(
        bins=told,
        brier=interval(squares, _mean, seed=seed, draws=draws),
        skill=1.0 - float(np.mean(squares)) / spread if spread > 0.0 else None,
        error=sum(each.number * abs(each.stated - each.came) for each in told) / len(stated),
    )


def _bins(stated: Floats, truth: Floats, count: int) -> tuple[Bin, ...]:
    place = np.minimum((stated * count).astype(np.int64), count - 1)
    found = []
    for at in range(count):
        rows = place == at
        number = int(np.count_nonzero(rows))
        if number:
            came = float(np.mean(truth[rows]))
            found.append(
                Bin(at / count, (at + 1) / count, number, float(np.mean(stated[rows])), came, *wilson(came, number))
            )
    return tuple(found)


def _mean(values: Floats) -> float:
    return float(np.mean(values))
