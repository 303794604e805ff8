"""Numbers that a fact is only held against: the 70 of `RSI is below 70`."""

from __future__ import annotations

import re

from evaluators.reading import Comparison, Quantity
from evaluators.rules._statement import Statement
from evaluators.rules._terms import Term

_ONLY_FILLER = re.compile(
    r"\s*(?:(?:the|a|an|its|about|around|roughly|level|line|mark|threshold|of|by|usual|classic|typical|at|neutral|overbought|oversold)\s+)*"
    r"[~≈(]?\s*[-−–+]?\s?(?:US)?[$€£]?\s?[-−]?\Z",
    re.IGNORECASE,
)


def comparison_before(statement: Statement, quantity: Quantity) -> Comparison | None:
    """The comparison that runs straight into the number."""
    text = statement.reading.text
    for comparison in reversed(statement.reading.comparisons):
        if comparison.end <= quantity.start:
            return comparison if _ONLY_FILLER.fullmatch(text[comparison.end : quantity.start]) else None
    return None


def is_threshold(statement: Statement, quantity: Quantity) -> bool:
    """Whether the number is a mark to compare with, and no cited fact is left whose value it would have to be."""
    comparison = comparison_before(statement, quantity)
    if comparison is None:
        return False
    candidates = statement.quotable(quantity)
    subjects = compared(statement, comparison, candidates)
    if len(subjects) != 1:
        return False
    others = [
        term
        for term in candidates
        if term not in subjects and term.unit == subjects[0].unit and term not in statement.given
    ]
    if any(statement.agrees(quantity, term) for term in others):
        return False
    elsewhere = [q for q in statement.quantities if q != quantity]
    return all(any(statement.agrees(q, term) for q in elsewhere) for term in others)


def compared(statement: Statement, comparison: Comparison, among: tuple[Term, ...]) -> tuple[Term, ...]:
    """What stands left of the comparison: the last thing spoken of before it; all of `among` where nothing is."""
    if len(among) < 2:
        return among
    start, _ = statement.reading.clause(comparison.start)
    marks = [start, *(q.end for q in statement.quantities if start < q.end <= comparison.start)]
    for begin in reversed(marks):
        if found := statement.spoken_of(begin, comparison.start, among):
            return found
    return among
