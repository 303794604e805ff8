"""Every number in the text is the value of a cited fact or of the formula, as rounded in print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import permutations

from evaluators.reading import Quantity
from evaluators.rules._agreement import agrees, in_print
from evaluators.rules._statement import CONSTANT, Statement, shown, told
from evaluators.rules._terms import Term
from evaluators.rules._thresholds import is_threshold
from fks_agents.contracts import Check

RULE = "numbers"
_FACTORS = {
    "doubl": 2.0, "twice": 2.0, "twofold": 2.0, "tripl": 3.0, "thrice": 3.0, "threefold": 3.0, "quadrupl": 4.0,
    "hal": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "tenth": 0.1, "tenfold": 10.0, "fivefold": 5.0,
}  # fmt: skip
_MULTIPLES = ("atr", "times", "r", "sigma")
"""What a constant of a formula may be printed as; as a bare number or a percentage it would be a value of nothing."""
_IN_WORDS = re.compile(
    r"\b(?:doubl(?:ed|es|ing)|tripl(?:ed|es|ing)|quadrupl(?:ed|es|ing)|halv(?:ed|es|ing)|twice|thrice|(?:two|three|five|ten)fold|"
    r"half (?:of|the|its)|a (?:third|quarter|fifth|tenth) of)\b",
    re.IGNORECASE,
)


def check(statement: Statement) -> Iterator[Check]:
    if (said := _IN_WORDS.search(statement.reading.text)) and not _is_step(statement, said[0].lower()):
        yield statement.check(RULE, "unscored", f"says {said[0]}, which cannot be recomputed", stated=said[0])
    if not statement.terms:
        return
    for quantity in statement.quantities:
        if quantity.partner == -1:
            continue
        if quantity.partner == 1:
            yield from _range(statement, quantity)
        elif not is_threshold(statement, quantity):
            yield _number(statement, quantity)


def source_of(statement: Statement, quantity: Quantity) -> Term | None:
    """The term whose value the number is; None where none that the words allow has it."""
    candidates = statement.subjects(quantity, statement.quotable(quantity))
    found = next((term for term in candidates if statement.agrees(quantity, term)), None)
    if found is None:
        found = next((each for each in _differences(statement, quantity) if agrees(quantity, each)), None)
    if found is None:
        # `2 ATR below` quotes a constant of the formula; the word places the result, it does not sign the constant.
        plain = quantity._replace(lean=0)
        quotable = (step for step in statement.steps if step.id != CONSTANT or quantity.mark in _MULTIPLES)
        found = next((step for step in quotable if agrees(plain, step)), None)
    return found


def _is_step(statement: Statement, said: str) -> bool:
    """Whether the formula multiplies or divides by what the word says."""
    factor = next(factor for word, factor in _FACTORS.items() if word in said)
    return any(step.value in (factor, 1 / factor) for step in statement.steps)


def _number(statement: Statement, quantity: Quantity) -> Check:
    printed = statement.printed(quantity)
    if quantity.is_denied:
        return statement.check(RULE, "unscored", f"says what it is not: {printed}", stated=printed)
    if (source := source_of(statement, quantity)) is not None:
        return statement.check(
            RULE,
            "pass",
            f"says {printed}; {told(source)}",
            stated=printed,
            computed=shown(in_print(quantity, source)),
            ids=_ids(statement, source),
        )
    candidates = (*statement.quotable(quantity), *_differences(statement, quantity))
    if not candidates:
        cited = ", ".join(f"{term} in {term.unit}" for term in statement.terms)
        return statement.check(RULE, "fail", f"says {printed}; no cited fact has that unit: {cited}", stated=printed)
    nearest = min(
        statement.subjects(quantity, candidates), key=lambda term: abs(abs(in_print(quantity, term)) - quantity.value)
    )
    return statement.check(
        RULE,
        "fail",
        f"says {printed}; {told(nearest)}",
        stated=printed,
        computed=shown(in_print(quantity, nearest)),
        ids=_ids(statement, nearest),
    )


def _range(statement: Statement, low: Quantity) -> Iterator[Check]:
    """Both ends are values of cited facts; or the only fact that fits lies between them."""
    high = next(q for q in statement.quantities if q.start > low.start) if low is not statement.quantities[-1] else low
    candidates = tuple(term for term in statement.quotable(low) if term.id != "step")
    ends = [next((t for t in candidates if statement.agrees(end, t)), None) for end in (low, high)]
    printed = statement.reading.text[low.start : high.end]
    if ends[0] is not None and ends[1] is not None and ends[0] != ends[1]:
        reason = f"says {printed}; {told(ends[0])}, {told(ends[1])}"
        between = _inside(statement, low, ends[0], ends[1])
        if between is not None and not ends[0].value <= between.value <= ends[1].value:
            yield statement.check(
                RULE, "fail", f"{reason}; {told(between)}", stated=printed, computed=shown(between.value)
            )
        else:
            yield statement.check(RULE, "pass", reason, stated=printed)
        return
    if low.is_between and len(candidates) == 1:
        term = candidates[0]
        value = in_print(low, term)
        inside = low.signed - low.step / 2 <= value <= high.signed + high.step / 2
        yield statement.check(
            RULE,
            "pass" if inside else "fail",
            f"says {printed}; {told(term)}",
            stated=printed,
            computed=shown(value),
            ids=_ids(statement, term),
        )
        return
    yield _number(statement, low)
    yield _number(statement, high)


def _inside(statement: Statement, low: Quantity, first: Term, last: Term) -> Term | None:
    """What is said to lie between two facts: the one other fact that the words before speak of."""
    if not low.is_between:
        return None
    start, _ = statement.reading.clause(low.start)
    others = tuple(term for term in statement.quotable(low) if term not in (first, last))
    found = statement.spoken_of(start, low.start, others)
    return found[0] if len(found) == 1 else None


def _differences(statement: Statement, quantity: Quantity) -> Iterator[Term]:
    """Where the text sets one cited price against another (`2 % above`), their difference counts as cited.

    In percent of the second, or in the prices' own unit; the sign follows the words. Only with exactly two prices, so
    that there is no choice of pair.
    """
    prices = tuple(term for term in statement.terms if term.unit == "price" and term.id.startswith("F"))
    if len(prices) != 2 or not quantity.is_positional or quantity.mark not in ("percent", "points", "currency", ""):
        return
    for first, second in _ordered(statement, quantity, prices):
        name = f"{first.id} against {second.id}"
        if quantity.mark == "percent":
            if second.value:
                yield Term("difference", name, (first.value / second.value - 1) * 100, "percent")
        else:
            # A bare number next to `above` may only be a difference in price if it is none of the prices.
            yield Term("difference", name, first.value - second.value, "percent" if quantity.mark == "" else "price")


def _ordered(statement: Statement, quantity: Quantity, prices: tuple[Term, ...]) -> Iterator[tuple[Term, Term]]:
    """Which price is set against which; both orders where the words do not tell."""
    _, end = statement.reading.clause(quantity.start)
    against = statement.spoken_of(quantity.end, end, prices)
    for first, second in permutations(prices):
        if len(against) != 1 or against[0] == second:
            yield first, second


def _ids(statement: Statement, term: Term) -> tuple[str, ...]:
    return (term.id,) if term.id.startswith("F") else statement.ids
