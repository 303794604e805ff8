"""The rules over a claim, one after the other; a rule that breaks leaves an unscored check and never a pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from evaluators.evidence import Evidence
from evaluators.rules import (
    _unread,
    chances,
    citations,
    comparisons,
    denials,
    directions,
    evidence as over_evidence,
    extremes,
    frames,
    labels,
    language,
    moods,
    numbers,
    periods,
    stances,
    subjects,
    values,
)
from evaluators.rules._statement import Statement
from evaluators.rules._terms import Term
from fks_agents.contracts import Check, Claim, Fact

NO_EVIDENCE = Evidence()
Rule = Callable[[Statement], Iterable[Check]]
RULES: tuple[tuple[str, Rule], ...] = tuple(
    (module.RULE, module.check)
    for module in (
        citations,
        values,
        numbers,
        _unread,
        periods,
        comparisons,
        denials,
        directions,
        extremes,
        labels,
        moods,
        chances,
        stances,
        frames,
        subjects,
        language,
    )
)
RECOMPUTING = frozenset(
    {values.RULE, numbers.RULE, comparisons.RULE, directions.RULE, extremes.RULE, labels.RULE, moods.RULE}
)
"""Rules that hold a claim against its facts. The others hold it against itself, or look at its wording alone."""


def check_claims(claims: Sequence[Claim], facts: Sequence[Fact], evidence: Evidence = NO_EVIDENCE) -> tuple[Check, ...]:
    """Recompute everything `claims` state from the `facts` they cite; at least one check for each claim, in order.

    Claims that cite cells (`T1R3C2` in text or formula), or no fact where there is `evidence`, are worked out from its
    tables and paragraphs instead.
    """
    known = {fact.id: fact for fact in facts}
    return tuple(check for claim in claims for check in _checks(claim, known, evidence))


def _checks(claim: Claim, facts: Mapping[str, Fact], evidence: Evidence) -> Iterator[Check]:
    return (
        over_evidence.check(claim, evidence)
        if over_evidence.is_over(claim, evidence)
        else check_statement(claim, facts)
    )


def check_statement(
    claim: Claim,
    facts: Mapping[str, Fact],
    given: tuple[Term, ...] = (),
    tick: float = 0.0,
    rules: Sequence[tuple[str, Rule]] = RULES,
) -> Iterator[Check]:
    """Every check of one claim. `given` are numbers it may quote without citing; `tick` is the price step."""
    statement = Statement(claim, facts, given, tick)
    is_empty = True
    for name, rule in rules:
        try:
            for check in rule(statement):
                is_empty = is_empty and name not in RECOMPUTING and check.outcome == "pass"
                yield check
        except Exception as error:
            is_empty = False
            yield Check(
                rule=name,
                subject=claim.id,
                outcome="unscored",
                reason=f"the rule {name} broke: {type(error).__name__}: {error}",
            )
    if is_empty:
        yield citations.nothing_stated(statement)
