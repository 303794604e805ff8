"""One claim over tables and paragraphs: supported, refuted or not enough information."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evaluators.evidence import Address, Evidence, Finding, Paragraph, Table, Turn
from evaluators.programs import carried, searched, stated
from evaluators.reading.answers import Answer, answer_in
from evaluators.reading.years import is_period

_BOTH = re.compile(
    r"^\s*(?:Question|Q):\s*(?P<question>.+?)\s*(?:Claimed answer|Answer|A):\s*(?P<answer>.+)$", re.DOTALL
)
_ALONE = re.compile(
    r"^\W*(?:about|roughly|around|approximately|nearly|some|almost|minus|negative|-)?\W*\d", re.IGNORECASE
)


def verify(
    claim: str,
    *,
    question: str = "",
    tables: Sequence[Table] = (),
    paragraphs: Sequence[Paragraph] = (),
    history: Sequence[Turn] = (),
    formula: str = "",
    cells: Sequence[Address] = (),
) -> Finding:
    """Judge `claim`, the answer to `question` or a statement of its own; never raises, whatever it says.

    `formula` is arithmetic over cells (`T1R3C2`, or `C1` for the first of `cells`) or over numbers as printed.
    """
    evidence = Evidence(tuple(tables), tuple(paragraphs), tuple(history))
    try:
        if not question and (both := _BOTH.match(claim)) is not None:
            question, claim = both["question"], both["answer"]
        return _judged(claim, question, evidence, formula, tuple(cells))
    except Exception as error:
        return Finding("not_enough", None, (), 0.0, f"could not be judged: {type(error).__name__}: {error}")


def verify_value(value: float, unit: str | None, formula: str, evidence: Evidence) -> Finding:
    """Judge a number given beside a claim's words, in the contracts' units, against its formula; never raises."""
    try:
        return carried.value_of(value, unit, formula, evidence)
    except Exception as error:
        return Finding("not_enough", None, (), 0.0, f"could not be judged: {type(error).__name__}: {error}")


def _judged(claim: str, question: str, evidence: Evidence, formula: str, cells: tuple[Address, ...]) -> Finding:
    if not question:
        return stated.judge(claim, evidence, formula, cells)
    answer = _answer(claim, question)
    if answer is None:
        return Finding("not_enough", None, (), 0.0, "states no number")
    if formula:
        return carried.judge(answer, formula, cells, evidence, question)
    return searched.judge(answer, question, evidence)


def _answer(claim: str, question: str) -> Answer | None:
    """The number that answers: of a sentence, the one that is no year and does not stand in the question."""
    first = answer_in(claim)
    if first is None or _ALONE.match(claim) or is_period(claim):
        return first
    others = stated.numbers_in(claim)
    asked = {answer.value for answer in stated.numbers_in(question)}
    new = [answer for answer in others if answer.value not in asked]
    return (new or list(others) or [first])[0]
