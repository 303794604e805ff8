"""What the judges of a decision are shown: the plan first, then what it rests on, then what else was said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import prompts
from evaluators.judges import Item, Statement, Submission
from evaluators.rules.plan import is_level
from fks_agents.contracts import Claim, Fact, Plan, Report, Snapshot, Turn


def submission(
    snapshot: Snapshot, reports: Sequence[Report], debate: Sequence[Turn], plan: Plan, others: Sequence[Plan] = ()
) -> Submission:
    """Everything that carries the decision in words, once; levels and sizes are left to the rules, which compute them.

    Words from outside, and of whoever was shown them, stay outside: they have no say, and tell no judge anything.
    """
    told = [*_plan(plan), *(one for other in others if other != plan for one in _plan(other)), *_heard(reports, debate)]
    statements = {(statement.text, statement.cites): statement for statement in reversed(told)}
    kept = tuple(reversed(statements.values()))
    cited = {fact_id for statement in kept for fact_id in statement.cites}
    evidence = tuple(Item(fact.id, _fact(fact)) for fact in snapshot.facts if fact.id in cited)
    question = f"What should be done about {prompts.name(snapshot.symbol)} as of {snapshot.as_of:%Y-%m-%d}, and why?"
    return Submission(kept, evidence, snapshot.as_of, question)


def _plan(plan: Plan) -> Iterator[Statement]:
    if plan.abstained is not None:
        return
    yield Statement(
        f"{plan.author}.plan", f"{plan.author}: {plan.action}, conviction {plan.conviction:.2f}. {plan.reason}"
    )
    yield from (_claim(claim) for claim in plan.claims if not is_level(claim))


def _heard(reports: Sequence[Report], debate: Sequence[Turn]) -> Iterator[Statement]:
    inside = [report for report in reports if not report.is_exposed]
    for report in inside:
        if report.abstained is None and any(claim.support == "facts" for claim in report.claims):
            lean = "bullish" if report.stance > 0 else "bearish" if report.stance < 0 else "neutral"
            cites = tuple(dict.fromkeys(fact_id for claim in report.claims for fact_id in claim.fact_ids))
            view = f"{report.analyst} analyst: {lean} {report.stance:+.2f}, conviction {report.conviction:.2f}"
            yield Statement(f"{report.analyst}.stance", view, cites)
    for said in (*inside, *debate):
        yield from (_claim(claim) for claim in said.claims if claim.support != "text")


def _claim(claim: Claim) -> Statement:
    return Statement(claim.id, f"{claim.id.partition('.')[0]}: {claim.text}", claim.fact_ids)


def _fact(fact: Fact) -> str:
    value = fact.value if isinstance(fact.value, str) else f"{fact.value:.6g}"
    return f"{fact.name} = {value} {fact.unit}" + (f" ({fact.timeframe})" if fact.timeframe else "")
