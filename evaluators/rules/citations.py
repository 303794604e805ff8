"""Every cited id exists, and who states a number cites where it comes from."""

from __future__ import annotations

from collections.abc import Iterator

from evaluators.rules._statement import Statement, told
from fks_agents.contracts import Check

RULE = "citations"


def check(statement: Statement) -> Iterator[Check]:
    claim = statement.claim
    for cited in statement.missing:
        yield statement.check(RULE, "fail", f"cites {cited}, which does not exist", stated=cited, ids=(cited,))
    if statement.ids:
        return
    if statement.given and not claim.formula:
        return
    if statement.reading.quantities or claim.value is not None:
        stated = claim.value if claim.value is not None else statement.reading.quantities[0].value
        yield statement.check(RULE, "fail", f"states {stated:g} and cites no fact", stated=f"{stated:g}")


def nothing_stated(statement: Statement) -> Check:
    """The check of a claim in which nothing was held against a fact: what cannot be understood is no pass."""
    if not statement.cited:
        return statement.check(RULE, "unscored", "cites no fact, so nothing in it can be checked")
    seen = "; ".join(
        [*(told(term) for term in statement.terms[:3]), *(f"{f.id} ({f.name}) is {f.value}" for f in statement.labels)]
    )
    reason = "states nothing that can be recomputed; quote a number, a level or a direction of the cited fact"
    return statement.check(RULE, "unscored", f"{reason}; cited is {seen}")
