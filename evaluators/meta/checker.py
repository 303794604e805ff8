"""The recomputing checks as a judge: no model, the same answer every time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from evaluators.meta.examples import Case
from evaluators.meta.judging import Answer, Judge, Opinion
from evaluators.rules import check_statement, outcome_of, support
from evaluators.rules._terms import named
from fks_agents.contracts import Check, Claim, Outcome

_PACKAGES = ("evaluators.rules", "evaluators.reading", "evaluators.programs")

_ANSWERS: dict[Outcome, Answer] = {"pass": "supported", "fail": "refuted", "unscored": "not_enough"}


@dataclass(frozen=True)
class Checker:
    """Claims over facts go through the gate's rules; those over tables and paragraphs are looked up and computed."""

    is_local: bool = True

    @property
    def name(self) -> str:
        return f"checker@{_version()}"

    def judge(self, case: Case) -> Opinion:
        if case.is_quotation:
            return _quotation(case)
        return _texts(case) if case.tables or case.paragraphs else _opinion(_facts(case))


@cache
def _version() -> str:
    """First 8 digits of the sha256 of the rules' own source: another reading of the same claim is another version."""
    digest = sha256()
    for package in _PACKAGES:
        for file in sorted(files(package).iterdir(), key=lambda file: file.name):
            if file.name.endswith(".py"):
                digest.update(file.read_bytes())
    return digest.hexdigest()[:8]


def _quotation(case: Case) -> Opinion:
    quote = re.search("“([^”]+)”", case.claim)
    stands = quote is not None and any(support.stands_in(quote[1], text) for text in case.paragraphs)
    if stands:
        return Opinion(answer="supported", reason="its quote stands in the document")
    return Opinion(answer="refuted", reason="its quote does not stand in the document it names")


def _texts(case: Case) -> Opinion:
    from evaluators.evidence import Address, Paragraph, Table, Turn
    from evaluators.programs import verify

    found = verify(
        case.claim,
        question=case.question,
        tables=[Table(table.rows, table.title) for table in case.tables],
        paragraphs=[Paragraph(text) for text in case.paragraphs],
        history=[Turn(turn.question, turn.answer) for turn in case.history],
        formula=case.formula or "",
        cells=[Address(*(int(part) for part in re.findall(r"\d+", cell))) for cell in case.cells],
    )
    return Opinion(
        answer=found.outcome,
        reason=found.reason,
        computed="" if found.recomputed is None else f"{found.recomputed:.10g}",
        evidence=found.evidence,
    )


def _facts(case: Case) -> tuple[Check, ...]:
    claim = Claim(
        id=case.id, text=case.claim, value=case.value, unit=case.unit, fact_ids=case.fact_ids, formula=case.formula
    )
    given = tuple(named(each.id, each.words, each.value, each.unit) for each in case.given)
    return tuple(check_statement(claim, {fact.id: fact for fact in case.facts}, given, case.tick))


def _opinion(checks: Sequence[Check]) -> Opinion:
    outcome = outcome_of(checks)
    decisive = next((check for check in checks if check.outcome == outcome), None)
    return Opinion(
        answer=_ANSWERS[outcome],
        reason=decisive.reason if decisive else "nothing in it could be checked",
        stated=(decisive.stated or "") if decisive else "",
        computed=(decisive.computed or "") if decisive else "",
        evidence=decisive.fact_ids if decisive else (),
    )


_: Judge = Checker()
