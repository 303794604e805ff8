"""What is said to lie above or below, does: fact against fact, fact against a mark, fact against zero."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from evaluators.reading import Comparison, Quantity
from evaluators.rules._agreement import in_print
from evaluators.rules._statement import Statement, shown, told
from evaluators.rules._terms import Term
from evaluators.rules._thresholds import compared, comparison_before, is_threshold
from evaluators.rules.numbers import source_of
from fks_agents.contracts import Check

RULE = "comparisons"
_HOLDS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
_ZERO = re.compile(r"\A\s*(?:the\s+)?(?:zero|nil|nought)\b", re.IGNORECASE)
_DIFFERENCE = re.compile(
    r"(?:^|_)(?:to|vs|against|over|versus|distance|spread|diff|difference|gap|change|return|slope|z|zscore)(?:_|$)"
)


class Sides(NamedTuple):
    left: Term
    right: float
    seen: str
    """The right side in words."""


def check(statement: Statement) -> Iterator[Check]:
    for comparison in statement.reading.comparisons:
        if not statement.is_in_a_name(comparison.start, comparison.end) and not _says_a_difference(
            statement, comparison
        ):
            yield _compared(statement, comparison)


def _compared(statement: Statement, comparison: Comparison) -> Check:
    text = statement.reading.text
    start, end = statement.reading.clause(comparison.start)
    stated = text[max(start, comparison.start - 30) : min(end, comparison.end + 30)].strip()
    pairs = _sides(statement, comparison)
    outcomes = {_HOLDS[comparison.operator](pair.left.value, pair.right) for pair in pairs}
    if len(outcomes) != 1:
        return statement.check(RULE, "unscored", f"cannot tell what is compared in {stated!r}", stated=stated)
    pair = pairs[0]
    holds = outcomes == {True}
    relation = f"{shown(pair.left.value)} {comparison.operator} {pair.seen}"
    reason = f"says {stated}; {told(pair.left)}, so {relation} is {'true' if holds else 'false'}"
    return statement.check(RULE, "pass" if holds else "fail", reason, stated=stated, computed=relation)


def _says_a_difference(statement: Statement, comparison: Comparison) -> bool:
    """`2.3 % below`, `more than 20 days`: the number beside carries the word as its sign and was judged with it."""
    text = statement.reading.text
    for quantity in statement.quantities:
        gap = text[quantity.end : comparison.start]
        if quantity.is_positional and quantity.end <= comparison.start and not gap.strip(" ()[]F0123456789"):
            follows = any(
                comparison_before(statement, q) == comparison for q in statement.quantities if q.start > quantity.end
            )
            level = (
                (source := source_of(statement, quantity)) is not None
                and source.unit == "price"
                and quantity.mark in ("", "currency")
            )
            return not (level and (follows or (source is not None and source.id != "difference")))
    return False


def _sides(statement: Statement, comparison: Comparison) -> list[Sides]:
    """Every reading of the comparison that the words allow."""
    terms = statement.terms
    quantity = next((q for q in statement.quantities if comparison_before(statement, q) == comparison), None)
    if quantity is not None and is_threshold(statement, quantity):
        lefts = compared(statement, comparison, statement.quotable(quantity))
        return [Sides(*_against_mark(left, quantity)) for left in lefts]
    if _ZERO.match(statement.reading.text[comparison.end : comparison.end + 12]):
        return [Sides(left, 0.0, "zero") for left in compared(statement, comparison, terms)]
    rights = _rights(statement, comparison, quantity, terms)
    lefts = _lefts(statement, comparison, terms, rights)
    pairs = [
        Sides(left, right.value, f"{shown(right.value)} of {right}")
        for left in lefts
        for right in rights
        if left.id != right.id and _comparable(left, right)
    ]
    if pairs:
        return pairs
    # One fact that is a difference already holds both sides: close_to_sma_50 is above zero where the close is above.
    own = lefts if len(lefts) == 1 else terms
    if len(own) == 1 and (own[0].unit == "ratio" or _DIFFERENCE.search(own[0].name)) and own[0].unit not in ("price",):
        neutral = 1.0 if own[0].unit == "ratio" else 0.0
        return [Sides(own[0], neutral, shown(neutral))]
    return []


def _against_mark(left: Term, quantity: Quantity) -> tuple[Term, float, str]:
    """The fact in the printed unit, and the mark with its sign; `fell more than 3 %` counts downwards."""
    value = in_print(quantity, left)
    mark = -quantity.value if quantity.sign == -1 else quantity.value
    if quantity.lean == -1 and not quantity.is_positional and quantity.sign == 0:
        value = -value
    return left._replace(value=value, unit="percent" if quantity.mark == "percent" else left.unit), mark, shown(mark)


def _rights(
    statement: Statement, comparison: Comparison, quantity: Quantity | None, terms: tuple[Term, ...]
) -> tuple[Term, ...]:
    if quantity is not None:
        source = source_of(statement, quantity)
        return (source,) if source is not None else ()
    _, end = statement.reading.clause(comparison.start)
    later = [c.start for c in statement.reading.comparisons if c.start > comparison.start]
    end = min([end, *later])
    numbered = [q.end for q in statement.quantities if comparison.end <= q.start < end]
    for stop in [*numbered[:1], end]:
        if found := statement.spoken_of(comparison.end, stop, terms):
            return found
    return ()


def _lefts(
    statement: Statement, comparison: Comparison, terms: tuple[Term, ...], rights: tuple[Term, ...]
) -> tuple[Term, ...]:
    lefts = compared(statement, comparison, terms)
    if len(lefts) == len(terms) and len(terms) > 1:
        # Nothing is named on the left: the formula's result, or the one price that is not on the right.
        results = [term for term in terms if term.id == "formula"]
        if results:
            return tuple(results)
        return tuple(term for term in terms if term not in rights and (not rights or _comparable(term, rights[0])))
    return lefts


def _comparable(left: Term, right: Term) -> bool:
    levels = {"price", "currency"}
    return left.unit == right.unit or left.unit is None or right.unit is None or {left.unit, right.unit} <= levels
