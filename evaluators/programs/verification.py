"""One claim over tables and paragraphs: supported, refuted or not enough information."""

from __future__ import annotations

from collections.abc import Sequence

from evaluators.evidence import Address, Evidence, Finding, Paragraph, Table, Turn
from evaluators.programs import carried, searched
from evaluators.reading.answers import answer_in


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
    """Judge `claim`, the answer to `question` or a sentence of its own; never raises, whatever it says.

    `formula` is arithmetic over cells (`T1R3C2`, or `C1` for the first of `cells`) or over numbers as printed.
    """
    evidence = Evidence(tuple(tables), tuple(paragraphs), tuple(history))
    try:
        answer = answer_in(claim)
        if answer is None:
            return Finding("not_enough", None, (), 0.0, "states no number")
        if formula:
            return carried.judge(answer, formula, tuple(cells), evidence, question)
        return searched.judge(answer, question or claim, evidence)
    except Exception as error:
        return Finding("not_enough", None, (), 0.0, f"could not be judged: {type(error).__name__}: {error}")
