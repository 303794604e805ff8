"""A claim that brings its own formula: worked out again over the evidence, scale and unit included."""

from __future__ import annotations

import re

from evaluators.evidence import Address, Evidence, Finding
from evaluators.programs import citing, derived, formulas
from evaluators.programs.grid import Figure, grid_of
from evaluators.programs.passages import mentions_of
from evaluators.reading.answers import Answer, answer_in
from evaluators.reading.cells import read_cell
from evaluators.reading.years import is_period

_DIGIT = re.compile(r"\d")
_LISTED = re.compile(r"##")
_CITED = re.compile(r"\bC([1-9]\d{0,3})\b")


def sources_of(evidence: Evidence) -> derived.Sources:
    paragraphs = tuple(paragraph.text for paragraph in evidence.paragraphs)
    figures: tuple[Figure, ...] = tuple(
        figure for number, table in enumerate(evidence.tables) for figure in grid_of(table, number, paragraphs).figures
    )
    answers = tuple(value for turn in evidence.history if (value := _number(turn.answer)) is not None)
    names = tuple(
        cell
        for table in evidence.tables
        for row in table.rows
        for cell in row
        if read_cell(cell) is None and _DIGIT.search(cell)
    )
    return derived.Sources(figures, (*mentions_of(paragraphs), *mentions_of(names)), answers)


def judge(answer: Answer, formula: str, cells: tuple[Address, ...], evidence: Evidence, question: str) -> Finding:
    is_count = re.search(r"\bhow many\b", question, re.IGNORECASE) and is_period(formula)
    if _LISTED.search(formula) or is_count or not re.search(r"\d", formula):
        return _listed(answer, formula, evidence)
    sources = sources_of(evidence)
    try:
        tree = formulas.parse(_addressed(formula, cells))
        computed = derived.compute(tree, sources)
        plain = derived.compute(tree, sources.as_printed())
    except formulas.FormulaError as error:
        if re.search(r"[A-Za-z]{3}", formula) and not re.search(r"[-+*/(]", formula):
            return _listed(answer, formula, evidence)
        return Finding("not_enough", None, (), 0.0, f"the formula cannot be worked out: {error}")
    if computed.missing:
        return Finding(
            "not_enough", None, computed.used, 0.0, f"stands nowhere in the evidence: {', '.join(computed.missing)}"
        )
    finding = held(answer, computed)
    if finding.outcome == "refuted" and (answer.scale is None or answer.is_percent):
        # Numbers of the same digits stand in text and table in different scales: the formula may mean them as printed.
        as_printed = held(answer, plain)
        finding = as_printed if as_printed.outcome == "supported" else finding
    against = citing.objection(question, tree, evidence) if finding.outcome == "supported" else None
    return against or finding


def is_part(answer: Answer, formula: str, cells: tuple[Address, ...], evidence: Evidence) -> bool:
    """Whether the answer is a number of the formula, or a step to its result."""
    try:
        parts = formulas.parts_of(formulas.parse(_addressed(formula, cells)))
        sources = sources_of(evidence)
        return any(held(answer, derived.compute(part, sources)).outcome == "supported" for part in parts)
    except formulas.FormulaError:
        return False


_VALUE_ROUNDING = 5e-6
"""A value may be rounded to six significant digits."""


def value_of(value: float, unit: str | None, formula: str, evidence: Evidence) -> Finding:
    """A claim's `value` in the contracts' units against its formula."""
    try:
        computed = derived.compute(formulas.parse(formula), sources_of(evidence))
    except formulas.FormulaError as error:
        return Finding("not_enough", None, (), 0.0, f"the formula cannot be worked out: {error}")
    is_share = computed.kind == "share"
    if unit == "percent":
        targets = [computed.value * 100 if is_share else computed.value]
    elif unit in ("fraction", "ratio"):
        targets = [computed.value if is_share else computed.value / 100]
    else:
        targets = [computed.value, computed.value * (computed.scale or 1.0)]
    is_right = any(abs(value - target) <= _VALUE_ROUNDING * max(abs(target), 1e-12) for target in targets)
    reason = f"value is {value:g}; the formula gives {targets[0]:.6g}"
    return Finding("supported" if is_right else "refuted", targets[0], computed.used, 1.0, reason)


def held(answer: Answer, computed: derived.Computed) -> Finding:
    """The answer against what the formula gives, in the answer's own unit."""
    targets = targets_of(answer, computed)
    is_right = any(answer.states(target) for target in targets)
    if is_right and answer.scale is not None and computed.scale is None and computed.kind != "constant":
        reason = "the digits are right; nothing tells in which scale"
        return Finding("not_enough", targets[0], computed.used, 0.0, reason)
    reason = f"says {answer.value:g}; the formula gives {targets[0]:.6g}"
    return Finding("supported" if is_right else "refuted", targets[0], computed.used, 1.0, reason)


def targets_of(answer: Answer, computed: derived.Computed) -> list[float]:
    if answer.is_percent:
        return list(derived.readings(computed))
    if answer.scale is not None:
        scale = computed.scale if computed.scale is not None else answer.scale
        return [computed.value * scale / answer.scale]
    if computed.scale not in (None, 1.0):
        return [computed.value, computed.value * (computed.scale or 1.0)]
    return [computed.value]


def _addressed(formula: str, cells: tuple[Address, ...]) -> str:
    """`C1` made the address it stands for."""

    def address(match: re.Match[str]) -> str:
        number = int(match[1])
        if number > len(cells):
            raise formulas.FormulaError(f"expected one of {len(cells)} cited cells, was C{number}")
        return str(cells[number - 1])

    return _CITED.sub(address, formula) if cells else formula


def _listed(answer: Answer, formula: str, evidence: Evidence) -> Finding:
    """A count whose formula lists what was counted: `2017##2018`."""
    items = [item.strip() for item in formula.split("##") if item.strip()]
    text = _folded(
        " ".join(cell for table in evidence.tables for row in table.rows for cell in row)
        + " ".join(paragraph.text for paragraph in evidence.paragraphs)
    )
    missing = [item for item in items if _folded(item) not in text]
    if missing and len(missing) == len(items):
        return Finding("not_enough", None, (), 0.0, f"stands nowhere in the evidence: {missing[0]}")
    count = float(len(items))
    is_right = answer.states(count) and answer.scale is None and not answer.is_percent
    return Finding(
        "supported" if is_right else "refuted", count, tuple(items), 1.0, f"says {answer.value:g}; {count:g} are listed"
    )


def _folded(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", text.lower())


def _number(text: str) -> float | None:
    found = answer_in(text)
    return None if found is None else found.value * (found.scale or 1.0)
