"""Two that did the same tasks: is one better?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fks_agents.errors import DataError


class Paired(NamedTuple):
    only_first: int
    """Tasks that the first did rightly and the second did not."""
    only_second: int
    both: int
    neither: int
    p: float
    """Two-sided exact McNemar test (binomial on the tasks where they differ); 1 where they never differ."""


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> Paired:
    """Exact test (McNemar 1947, binomial form) that both do equally many tasks rightly.

    Supposes independent tasks. Raises DataError where lengths differ or there are none.
    """
    if len(first) != len(second) or not first:
        raise DataError(f"second: expected {len(first)} tasks as of the first, at least one, was {len(second)}")
    pairs = list(zip(first, second, strict=True))
    only_first, only_second = pairs.count((True, False)), pairs.count((False, True))
    return Paired(
        only_first, only_second, pairs.count((True, True)), pairs.count((False, False)), sign_p(only_first, only_second)
    )


def sign_p(more: int, less: int) -> float:
    """Two-sided p-value that of more + less coins this many fall on one side: min(1, 2 P(X <= min))."""
    from scipy.stats import binom

    count = more + less
    return min(1.0, 2.0 * float(binom.cdf(min(more, less), count, 0.5))) if count else 1.0
