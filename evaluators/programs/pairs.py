"""Two things in one period: their difference, sum or ratio, in the order in which the words name them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from evaluators.programs import splitting
from evaluators.programs.derived import Computed
from evaluators.programs.program import Operand, Program, looked_up
from evaluators.programs.queries import Operation, Query
from evaluators.programs.series import Catalogue, stressed

_MOST_SERIES, _MOST_NUMBERS = 3, 4
_IN_TIME = 0.12
"""With two years in the question, rather a change in time is meant."""
_OTHER_YEAR = 0.2
_AGAINST_ORDER, _MADE_POSITIVE = 0.12, 0.02


def pairs(query: Query, known: Catalogue) -> Iterator[Program]:
    in_time = _IN_TIME if len(query.years) >= 2 else 0.0
    for discount, first, second in splitting.halves(query.text, query.operation):
        lefts, rights = _best(query, first, known), _best(query, second, known)
        for one, other in product(lefts, rights):
            if one.computed.used != other.computed.used:
                yield from _combined(one, other, query.operation, discount + in_time)


def _best(query: Query, half: splitting.Half, known: Catalogue) -> list[Operand]:
    ranked = known.ranked(stressed(half.words), _MOST_SERIES)
    found = looked_up(ranked, half.years or query.years, query.parts)
    return sorted(found, key=lambda each: -each.score)[:_MOST_NUMBERS]


def _combined(one: Operand, other: Operand, operation: Operation, discount: float) -> Iterator[Program]:
    left, right = one.computed, other.computed
    score = (one.score + other.score) / 2 - discount
    if one.years and other.years and not one.years & other.years:
        score -= _OTHER_YEAR
    used, scale = (*left.used, *right.used), left.scale or right.scale
    match operation:
        case "difference":
            value = left.value - right.value
            against = _MADE_POSITIVE if value < 0 else _AGAINST_ORDER
            yield Program(Computed(value, left.kind, scale, used), score, operation)
            yield Program(Computed(-value, left.kind, scale, used), score - against, operation)
        case "sum":
            yield Program(Computed(left.value + right.value, left.kind, scale, used), score, operation)
        case "growth" if right.value:
            share = (left.value - right.value) / right.value
            yield Program(Computed(share, "share", 1.0, used), score, operation)
        case "ratio" | "share" if right.value:
            factor = left.scale / right.scale if left.scale and right.scale else 1.0
            yield Program(Computed(left.value / right.value * factor, "share", 1.0, used), score, operation)
        case _:
            return
