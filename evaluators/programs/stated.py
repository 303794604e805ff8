"""A claim in prose: each of its numbers is looked for under the words around it, a trend is worked out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from evaluators.evidence import Address, Evidence, Finding
from evaluators.programs import carried, searched
from evaluators.programs.candidates import over_tables
from evaluators.programs.queries import Operation, Query, read
from evaluators.programs.series import Catalogue, catalogue, stressed
from evaluators.programs.wording import words_of
from evaluators.reading import Quantity, read as read_text
from evaluators.reading.answers import Answer
from evaluators.reading.words import Word
from evaluators.reading.years import years_in

_ELSEWHERE = 0.35
"""How much a word of another clause counts."""
_CLAUSE = re.compile(r"[;]|,\s+(?:and|while|but|whereas|compared|versus|up|down|from)\b|\b(?:while|whereas|but)\b|\.\s")
_GREW = re.compile(
    r"\b(?:rose|risen|rises?|rising|grew|grown|grows?|increas\w+|gain\w*|climb\w*|jump\w*|up|advanc\w+|soar\w*|surg\w+|fell|fall\w*|"
    r"declin\w+|drop\w*|decreas\w+|down|los[te]s?|lost|shrank|shrunk|slid|slipped|chang\w+|higher|lower|more|less|improv\w+|reduc\w+)\b",
    re.IGNORECASE,
)
_SHARE = re.compile(r"%?\s*(?:percent\s+)?of\s+(?:the\s+|its\s+|our\s+|all\s+)?(?:total|\w+)", re.IGNORECASE)
_DENIED = re.compile(
    r"\b(?:not|never|neither|nor|nowhere|hardly|without|false|untrue|wrong|incorrect|fail(?:s|ed)? to|no longer|"
    r"by no means|anything but|other than|den(?:y|ies|ied))\b|n['’]t\b|≠|!=",
    re.IGNORECASE,
)
_NO_DENIAL = re.compile(r"\bnot (?:only|less than|more than|exceeding|above|below)\b", re.IGNORECASE)
_RANGE = re.compile(
    r"\b(?:between|range[sd]?(?: of| from| between)?)\s+(?:[$€£]\s?)?(?!(?:19|20)\d\d\b)\d[\d,.]*", re.IGNORECASE
)
_BEFORE_NUMBER = re.compile(r"[\s$€£(]*")
_CERTAIN = 0.75
"""How sure it has to be which number is meant before it may bear out that it lies above or below another."""
_FROM_TO = re.compile(r"\bfrom\s+[$€£(\d]", re.IGNORECASE)


def numbers_in(text: str) -> tuple[Answer, ...]:
    """Numbers that the text states, years, dates and names left out."""
    return tuple(_answer(quantity) for quantity in _stated(text))


def judge(claim: str, evidence: Evidence, formula: str = "", cells: tuple[Address, ...] = ()) -> Finding:
    """Refuted where any of its statements is, supported where all are.

    With a formula one number has to be its result; the others may be numbers in it.
    """
    known = catalogue(evidence)
    if (unread := _unread(read_text(claim).text)) is not None:
        return Finding("not_enough", None, (), 0.0, f"negations and ranges are not read: {unread!r}")
    if formula:
        findings = list(_over_formula(claim, formula, cells, evidence, known))
    else:
        findings = [finding for _, finding in _findings(claim, known)] or list(_trends(read_text(claim).text, known))
    if not findings:
        return Finding("not_enough", None, (), 0.0, "states neither a number nor a direction that could be recomputed")
    for outcome in ("refuted", "not_enough"):
        found = next((finding for finding in findings if finding.outcome == outcome), None)
        if found is not None:
            return found
    used = tuple(dict.fromkeys(name for finding in findings for name in finding.evidence))
    return findings[0]._replace(evidence=used, confidence=min(finding.confidence for finding in findings))


def _unread(text: str) -> str | None:
    """A negation, or a range of values: that its numbers are found would prove nothing."""
    found = _DENIED.search(_NO_DENIAL.sub(" ", text)) or _RANGE.search(text)
    return None if found is None else found[0]


def _over_formula(
    claim: str, formula: str, cells: tuple[Address, ...], evidence: Evidence, known: Catalogue
) -> Iterator[Finding]:
    """Each number against the formula: a part of it, its result, or something told apart from it."""
    quantities = _stated(claim)
    rest: list[Answer] = []
    results: list[Finding] = []
    for quantity in quantities:
        answer = _answer(quantity)
        finding = carried.judge(answer, formula, cells, evidence, claim)
        is_by_value = finding.outcome == "refuted" and finding.recomputed is not None
        if is_by_value and carried.is_part(answer, formula, cells, evidence):
            continue
        if is_by_value:
            rest.append(answer)
        results.append(finding)
    has_result = any(finding.outcome == "supported" for finding in results)
    for finding in results:
        if finding.outcome != "refuted" or finding.recomputed is None or not has_result:
            yield finding
    if has_result and rest:
        beside = {quantity.start: finding for quantity, finding in _findings(claim, known)}
        yield from (beside[answer.start] for answer in rest)


def _findings(claim: str, known: Catalogue) -> Iterator[tuple[Quantity, Finding]]:
    quantities = _stated(claim)
    text = read_text(claim).text
    for quantity in quantities:
        start, end = _clause(text, quantity.start)
        clause = text[start : quantity.start] + " " + text[quantity.end : end]
        query = _query(clause, text, quantity)
        words = {**stressed(words_of(_without(text, quantities)), _ELSEWHERE), **stressed(query.words)}
        programs = list(over_tables(query, words, known))
        finding = searched.weigh(_answer(quantity), programs, known.units, falls=quantity.lean == -1)
        yield quantity, _against_bound(text, quantity, finding)


def _against_bound(text: str, quantity: Quantity, finding: Finding) -> Finding:
    """`exceeded $ 1,400 million` states no value but where it lies."""
    compared = [
        each for each in read_text(text).comparisons if _BEFORE_NUMBER.fullmatch(text, each.end, quantity.start)
    ]
    value = finding.recomputed
    if not compared or value is None or finding.outcome == "not_enough":
        return finding
    operator, bound = compared[-1].operator, quantity.signed
    holds = {">": value > bound, "<": value < bound, ">=": value >= bound, "<=": value <= bound}[operator]
    reason = f"{value:,.6g} {operator} {bound:,.6g} is {str(holds).lower()}"
    if holds and finding.confidence < _CERTAIN:
        return finding._replace(outcome="not_enough", reason=f"{reason}, if that number is meant")
    return finding._replace(outcome="supported" if holds else "refuted", reason=reason)


def _stated(text: str) -> tuple[Quantity, ...]:
    reading = read_text(text)
    dated = [(year.start, year.end) for year in years_in(reading.text)]
    return tuple(
        quantity
        for quantity in reading.quantities
        if not any(start <= quantity.start < end for start, end in dated)
        and quantity.mark not in ("bar", "day", "week", "hour")
    )


def _answer(quantity: Quantity) -> Answer:
    return Answer(
        quantity.signed,
        quantity.step,
        1.0 if quantity.is_scaled else None,
        quantity.mark in ("percent", "pp"),
        quantity.start,
        quantity.end,
    )


def _clause(text: str, at: int) -> tuple[int, int]:
    start, end = 0, len(text)
    for boundary in _CLAUSE.finditer(text):
        if boundary.end() <= at:
            start = boundary.start()
        elif boundary.start() >= at:
            end = boundary.start()
            break
    return start, end


def _without(text: str, quantities: Sequence[Quantity]) -> str:
    for quantity in reversed(quantities):
        text = text[: quantity.start] + " " + text[quantity.end :]
    return text


def _query(clause: str, text: str, quantity: Quantity) -> Query:
    """The clause as a question after its number."""
    query = read(clause)
    operation: Operation = query.operation
    before = text[max(0, quantity.start - 40) : quantity.start]
    after = text[quantity.end : quantity.end + 24]
    changes = _GREW.search(before) is not None or _GREW.match(after.lstrip()) is not None
    leads_to = re.search(r"\b(?:to|at|from)\s*[$€£(]*\s*\Z", before, re.IGNORECASE) is not None
    if leads_to:
        operation = "value"
    elif changes:
        operation = "growth" if quantity.mark == "percent" else "difference"
    elif quantity.mark == "percent" and _SHARE.match(after):
        operation = "share"
    elif operation in ("difference", "growth"):
        operation = "value"
    years = query.years or tuple(dict.fromkeys(year.year for year in years_in(text)))
    if operation == "value" and years:
        years = _nearest(text, quantity, years, is_from=_FROM_TO.search(before[-8:] + "0") is not None)
    return replace(query, operation=operation, years=years, falls=quantity.lean == -1, is_unsigned=False)


def _nearest(text: str, quantity: Quantity, years: tuple[int, ...], *, is_from: bool) -> tuple[int, ...]:
    """The year that belongs to a number: the next one after it in its clause, else the last before."""
    named = years_in(text)
    if not named:
        return years
    after = [year for year in named if year.start >= quantity.end and year.start - quantity.end < 40]
    before = [year for year in named if year.end <= quantity.start]
    if is_from and after:
        return (after[0].year,)
    if after and (not before or after[0].start - quantity.end <= quantity.start - before[-1].end):
        return (after[0].year,)
    return (before[-1].year,) if before else (named[0].year,)


def _trends(text: str, known: Catalogue) -> Iterator[Finding]:
    """`Other sales fell from 2018 to 2019`: the sign of the change."""
    words = [word for word in read_text(text).words if word.kind in ("rising", "falling")]
    if len(words) != 1:
        return
    query = read(text)
    asked = replace(query, operation="difference", falls=False, is_unsigned=False)
    programs = [each for each in over_tables(asked, stressed(query.words), known) if each.operation == "difference"]
    programs = [each for each in programs if len(each.computed.used) == 2]
    best = max(programs, key=lambda program: program.score, default=None)
    if best is None or best.score < searched.SURE:
        yield Finding("not_enough", None, (), 0.0, "no row fits the statement well enough")
        return
    near = [program for program in programs if program.score >= best.score - searched.NEAR / 2]
    signs = {(program.value > 0) - (program.value < 0) for program in near}
    yield _trend(words[0], best.value, signs, best.computed.used)


def _trend(word: Word, value: float, signs: set[int], used: tuple[str, ...]) -> Finding:
    if len(signs) != 1:
        return Finding("not_enough", value, used, 0.0, "several rows fit, and they do not agree")
    said = (1 if word.kind == "rising" else -1) * (-1 if word.is_negated else 1)
    is_right = signs == {said}
    return Finding("supported" if is_right else "refuted", value, used, 1.0, f"the change is {value:,.6g}")
