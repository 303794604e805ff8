"""The gate: everything a cycle states is recomputed before anything may be traded. It fails closed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from evaluators.rules import (
    _remarks as remarks,
    check_statement,
    freshness,
    identity,
    nearness,
    outcome_of,
    plan as plan_rule,
    sizing,
    support,
)
from fks_agents.contracts import Check, Claim, Plan, Report, Sized, Snapshot, Spoken, Turn, Verdict


def judge(
    snapshot: Snapshot,
    reports: Sequence[Report],
    debate: Sequence[Turn],
    plan: Plan,
    sized: Sized | None,
    *,
    tick: float = 0.01,
    others: Sequence[Plan] = (),
) -> Verdict:
    """Recompute every claim, the plan, the size and the times; `tick` is the price step levels were rounded to.

    `others` are plans that were made and not taken (draft, proposals): readers see them, so their words count too.

    Fail where any check fails; unscored where any cannot be judged, or where nothing was said; else pass.
    """
    plans = (*(other for other in others if other != plan), plan)
    spoken: tuple[Spoken, ...] = (*reports, *debate, *plans)
    claims = tuple(claim for each in spoken for claim in each.claims)
    if not claims and plan.action not in ("buy", "sell"):
        return Verdict(outcome="unscored", reason="nobody stated anything: there is nothing to check")
    facts = {fact.id: fact for fact in snapshot.facts}
    parts: tuple[tuple[str, Callable[[], Iterable[Check]]], ...] = (
        (freshness.RULE, lambda: freshness.check(snapshot)),
        (identity.RULE, lambda: identity.check(claims, debate)),
        ("claims", lambda: _claims(snapshot, spoken, tick)),
        (plan_rule.RULE, lambda: plan_rule.check(plan, snapshot, facts, tick)),
        (nearness.RULE, lambda: nearness.check(plan, snapshot)),
        (sizing.RULE, lambda: sizing.check(plan, sized, snapshot.account)),
        (support.RULE, lambda: support.check(plans, facts)),
        (remarks.RULE, lambda: remarks.check(spoken)),
    )
    checks = tuple(check for name, part in parts for check in _closed(name, part))
    return Verdict(outcome=outcome_of(checks), reason=_reason(checks, claims), checks=checks)


def _claims(snapshot: Snapshot, spoken: Sequence[Spoken], tick: float) -> Iterator[Check]:
    facts = {fact.id: fact for fact in snapshot.facts}
    for each in spoken:
        given = plan_rule.quotable(each) if isinstance(each, Plan) and each.action in ("buy", "sell") else ()
        for claim in each.claims:
            if isinstance(each, Report) and support.is_quotation(claim):
                yield support.check_quotation(claim, snapshot.documents)
                continue
            step = tick if isinstance(each, Plan) and plan_rule.is_level(claim) else 0.0
            yield from check_statement(claim, facts, given, step)


def _closed(name: str, part: Callable[[], Iterable[Check]]) -> Iterator[Check]:
    """The part's checks; where it breaks, an unscored one, so that the verdict cannot be a pass."""
    try:
        yield from part()
    except Exception as error:
        reason = f"the rule {name} broke: {type(error).__name__}: {error}"
        yield Check(rule=name, subject="gate", outcome="unscored", reason=reason)


def _reason(checks: Sequence[Check], claims: Sequence[Claim]) -> str:
    looked_at = f"{len(checks)} checks over {len(claims)} claims"
    for outcome, said in (("fail", "failed"), ("unscored", "could not be judged")):
        if found := [check for check in checks if check.outcome == outcome]:
            return f"{len(found)} of {looked_at} {said}: {found[0].subject}: {found[0].reason}"
    return f"{looked_at}: all hold"
