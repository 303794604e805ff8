"""A claim over tables and paragraphs holds when its numbers are worked out again from their cells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evaluators.evidence import Evidence, Finding
from evaluators.programs import verify, verify_value
from evaluators.rules.language import forbidden_in
from fks_agents.contracts import Check, Claim, Outcome

RULE = "evidence"
_OUTCOMES: dict[str, Outcome] = {"supported": "pass", "refuted": "fail", "not_enough": "unscored"}
_CELL = re.compile(r"\bT\d+R\d+C\d+\b")
_FACT = re.compile(r"\bF[1-9]\d*\b")
_SHOWN = 3


def is_over(claim: Claim, evidence: Evidence) -> bool:
    """Whether the claim is about tables and paragraphs: it cites a cell, or no fact where there is such evidence."""
    if not evidence.tables and not evidence.paragraphs:
        return False
    said = f"{claim.formula or ''} {claim.text}"
    return _CELL.search(said) is not None or not (claim.fact_ids or _FACT.search(said))


def check(claim: Claim, evidence: Evidence) -> Iterator[Check]:
    """One check of the text, one of `value` where it is given, one for each forbidden phrase."""
    yield _check(claim, verify(claim.text, formula=claim.formula or "", **_parts(evidence)))  # type: ignore[arg-type]
    if claim.value is not None and claim.formula:
        yield _check(claim, verify_value(claim.value, claim.unit, claim.formula, evidence))
    for said, what in forbidden_in(claim.text):
        yield Check(rule="language", subject=claim.id, outcome="fail", reason=f"{what}: {said!r}", stated=said)


def _parts(evidence: Evidence) -> dict[str, object]:
    return {"tables": evidence.tables, "paragraphs": evidence.paragraphs, "history": evidence.history}


def _check(claim: Claim, finding: Finding) -> Check:
    seen = "; ".join(finding.evidence[:_SHOWN])
    return Check(
        rule=RULE,
        subject=claim.id,
        outcome=_OUTCOMES[finding.outcome],
        reason=f"{finding.reason}; {seen}" if seen else finding.reason,
        computed=None if finding.recomputed is None else f"{finding.recomputed:.6g}",
    )
