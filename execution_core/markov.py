"""Markov regimes: bear, sideways and bull from returns, how one follows another, and whether that is all there is.

A chain is fitted to labels of the past alone and says nothing of labels it was not given; thresholds are handed in, or
taken from the returns of the same past by `threshold`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, exp, pi, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from execution_core._arrays import blocks, check_finite, column, refuse

Floats = NDArray[np.float64]
Labels = NDArray[np.int8]

NAMES = ("bear", "sideways", "bull")
"""What the labels 0, 1 and 2 mean."""
BEAR, SIDEWAYS, BULL = range(3)
WIDTH = 0.5
"""Root mean squares of the returns that a return must exceed to leave sideways; of normal ones 38 % do not."""


class Memory(NamedTuple):
    """Does the label before the last one matter, once the last is known?"""

    statistic: float
    """Likelihood ratio of second against first order, chi-square if first order is all there is (Anderson and Goodman
    1957, section 3)."""
    degrees: int
    """Degrees of freedom, over the pairs of labels that were seen: 12 for three labels that all were."""
    p: float
    """Chance of a statistic as large if first order is all there is; few labels make it too small."""


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """Counts of transitions; all arrays of shape (3, 3), from the row to the column."""

    counts: NDArray[np.int64]

    @property
    def probabilities(self) -> Floats:
        """Share of each next label; a row of NaN where a label was never left."""
        left = self.counts.sum(axis=1, keepdims=True)
        shares: Floats = np.divide(self.counts, left, out=np.full((3, 3), np.nan), where=left > 0)
        return shares

    @property
    def steady(self) -> Floats | None:
        """Long-run share of each label, shape (3,); None where the labels seen do not all lead to one another."""
        matrix = self.probabilities
        seen = np.flatnonzero(self.counts.sum(axis=0) + self.counts.sum(axis=1))
        among = matrix[np.ix_(seen, seen)]
        if len(seen) == 0 or np.isnan(among).any() or not _all_lead_to_all(among):
            return None
        # Shares that stay as they are, and add up to one.
        size = len(seen)
        system = np.vstack([among.T - np.eye(size), np.ones(size)])
        solved = np.linalg.lstsq(system, np.append(np.zeros(size), 1.0), rcond=None)[0]
        shares = np.zeros(3)
        shares[seen] = np.clip(solved, 0.0, 1.0)
        return np.asarray(shares / shares.sum())

    def duration(self, label: int) -> float | None:
        """Expected stretch of one label in steps, 1 / (1 - probability to stay); None where it was never left for
        another, or never seen to be followed."""
        stay = float(self.probabilities[label, label])
        return 1.0 / (1.0 - stay) if stay < 1.0 else None


def threshold(returns: Floats, width: float = WIDTH) -> float:
    """`width` times the root mean square of past returns; ValueError where there are none or one is not finite."""
    _check(returns)
    if len(returns) == 0:
        raise ValueError("returns must not be empty")
    return float(width * np.sqrt(np.mean(np.square(returns))))


def labels(returns: Floats, beyond: float) -> Labels:
    """Bull where a return is above `beyond` >= 0, bear where it is below -`beyond`, else sideways; shape (n,).

    Returns that overlap share their bars and make any series look sticky: test memory on ones that do not.
    """
    _check(returns)
    if not beyond >= 0.0:
        raise ValueError(f"beyond must be at least 0, was {beyond!r}")
    return (1 + (returns > beyond).astype(np.int8) - (returns < -beyond).astype(np.int8)).astype(np.int8)


def fit(past: Labels) -> Chain:
    """Count which label follows which, in order of time."""
    _check_labels(past)
    pairs = 3 * past[:-1].astype(np.int64) + past[1:]
    return Chain(np.bincount(pairs, minlength=9).reshape(3, 3))


def memory(past: Labels) -> Memory | None:
    """Second against first order on these labels; None where no pair of labels leaves a degree of freedom."""
    _check_labels(past)
    triples = 9 * past[:-2].astype(np.int64) + 3 * past[1:-1] + past[2:]
    counts = np.bincount(triples, minlength=27).reshape(3, 3, 3).astype(np.float64)
    statistic, degrees = 0.0, 0
    for now in range(3):
        seen = counts[:, now, :]
        seen = seen[seen.sum(axis=1) > 0][:, seen.sum(axis=0) > 0]
        if seen.size == 0:
            continue
        expected = np.outer(seen.sum(axis=1), seen.sum(axis=0)) / seen.sum()
        happened = seen > 0
        statistic += 2.0 * float(np.sum(seen[happened] * np.log(seen[happened] / expected[happened])))
        degrees += (seen.shape[0] - 1) * (seen.shape[1] - 1)
    return Memory(max(0.0, statistic), degrees, _beyond(max(0.0, statistic), degrees)) if degrees else None


def _beyond(statistic: float, degrees: int) -> float:
    """Upper tail of chi-square with whole degrees of freedom, as a finite sum (Abramowitz and Stegun 26.4.4-5)."""
    half = statistic / 2.0
    if degrees % 2 == 0:
        total, term, steps = exp(-half), exp(-half), range(1, degrees // 2)
    else:
        total, term, steps = erfc(sqrt(half)), 0.0, range(0)
        if degrees > 1:
            term = exp(-half) * 2.0 * sqrt(half / pi)
            total, steps = total + term, range(3, degrees, 2)
    for step in steps:
        term *= half / step if degrees % 2 == 0 else 2.0 * half / step
        total += term
    return min(1.0, total)


def _all_lead_to_all(matrix: Floats) -> bool:
    reach = np.linalg.matrix_power(np.eye(len(matrix)) + (matrix > 0.0), len(matrix))
    return bool(np.all(reach > 0.0))


def _check(returns: Floats) -> None:
    check_finite("return", column("returns", returns, "float64"))


def _check_labels(past: Labels) -> None:
    known = column("labels", past, "int8")
    for rows in blocks(len(known)):
        refuse((known[rows] < 0) | (known[rows] >= len(NAMES)), "label must be 0, 1 or 2", known[rows], rows.start)
