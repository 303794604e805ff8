"""Do decisions and what happened afterwards have anything to do with each other?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import sqrt
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaluators.statistics._arrays import Floats, at_least
from fks_agents.errors import DataError

FEWEST = 5.0
"""Expected count of a cell below which the chi-square distribution is not trusted (Cochran 1954)."""
DRAWS = 5000


class Agreement(NamedTuple):
    table: tuple[tuple[int, ...], ...]
    """Counts; a row for each decision, a column for each outcome, as named below."""
    decisions: tuple[str, ...]
    outcomes: tuple[str, ...]
    statistic: float
    """Pearson's chi-square."""
    degrees: int
    p: float
    method: Literal["chi-square", "permutation"]
    """By permutation of the outcomes where a cell expects fewer than 5."""
    strength: float
    """Cramer's V, 0 (none) to 1."""


def agreement(decisions: Sequence[str], outcomes: Sequence[str], *, seed: int, draws: int = DRAWS) -> Agreement:
    """Chi-square test of independence, without correction for continuity; each decision with its own outcome.

    Supposes that decisions are independent: outcomes must not overlap in time. Raises DataError where lengths differ or
    there are not two words on each side, without which nothing can be tested.
    """
    if len(decisions) != len(outcomes):
        raise DataError(f"outcomes: expected {len(decisions)} as of decisions, was {len(outcomes)}")
    at_least(draws, 100, "draws")
    rows, columns = tuple(sorted(set(decisions))), tuple(sorted(set(outcomes)))
    for name, words in (("decisions", rows), ("outcomes", columns)):
        if len(words) < 2:
            raise DataError(f"{name}: expected at least two different words, was {', '.join(words) or 'none'}")
    counted = Counter(zip(decisions, outcomes, strict=True))
    table = np.array([[counted[row, column] for column in columns] for row in rows], dtype=np.float64)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    statistic = float(np.sum(np.square(table - expected) / expected))
    degrees = (len(rows) - 1) * (len(columns) - 1)
    is_sparse = bool(np.min(expected) < FEWEST)
    return Agreement(
        table=tuple(tuple(int(count) for count in row) for row in table),
        decisions=rows,
        outcomes=columns,
        statistic=statistic,
        degrees=degrees,
        p=_permuted(table, expected, statistic, draws, seed) if is_sparse else _tail(statistic, degrees),
        method="permutation" if is_sparse else "chi-square",
        strength=sqrt(statistic / (len(decisions) * (min(len(rows), len(columns)) - 1))),
    )


def _tail(statistic: float, degrees: int) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(degrees, statistic))


def _permuted(table: Floats, expected: Floats, statistic: float, draws: int, seed: int) -> float:
    """(1 + tables drawn at random with these margins whose statistic is as large) / (1 + draws)."""
    random = np.random.default_rng(seed)
    rows = np.repeat(np.arange(len(table)), table.sum(axis=1).astype(np.int64))
    columns: NDArray[np.int64] = np.repeat(np.arange(table.shape[1]), table.sum(axis=0).astype(np.int64))
    extreme = 0
    for _ in range(draws):
        cells = rows * table.shape[1] + random.permutation(columns)
        drawn = np.bincount(cells, minlength=table.size).reshape(table.shape)
        extreme += float(np.sum(np.square(drawn - expected) / expected)) >= statistic * (1.0 - 1e-9)
    return (1 + extreme) / (1 + draws)
