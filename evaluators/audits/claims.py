"""The claims of a recorded decision, each as a case that any judge can be given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from evaluators.meta.examples import Case, Quotable, Saying
from evaluators.rules import outcome_of, plan as plan_rule, support
from evaluators.submitting import submission
from fks_agents.contracts import Claim, Cycle, Fact, Outcome, Plan, Report, Spoken
from memory.labels import VERDICT


class Stated(NamedTuple):
    """One claim, as its agent made it then."""

    decision_id: str
    symbol: str
    as_of: datetime
    agent: str
    model: str
    claim: Claim
    cited: tuple[Fact, ...]
    gate: Outcome
    """Of the checks the gate made of it."""
    case: Case

    @property
    def key(self) -> tuple[str, str]:
        return self.decision_id, self.claim.id


def spoken_in(cycle: Cycle) -> tuple[Spoken, ...]:
    """Everything agents said, each plan once."""
    plans = [plan for plan in (cycle.draft, *cycle.proposals) if plan is not None]
    judged = cycle.plan
    return (*cycle.reports, *cycle.debate, *plans, *((judged,) if judged is not None and judged not in plans else ()))


def author(claim_id: str) -> str:
    return claim_id.partition(".")[0]


def stated(cycle: Cycle, tick: float) -> Iterator[Stated]:
    """Every claim once, in the order it was made; `tick` is the price step of the decision's settings."""
    facts = {fact.id: fact for fact in cycle.facts}
    seen: set[str] = set()
    for said in spoken_in(cycle):
        plan = said if isinstance(said, Plan) else None
        for claim in said.claims:
            if claim.id in seen:
                continue  # two claims of one id: the gate refused them, and nobody can say which one is meant
            seen.add(claim.id)
            yield Stated(
                decision_id=cycle.id,
                symbol=cycle.symbol,
                as_of=cycle.as_of,
                agent=author(claim.id),
                model=said.model,
                claim=claim,
                cited=tuple(facts[fact_id] for fact_id in claim.fact_ids if fact_id in facts),
                gate=outcome_of([check for check in cycle.verdict.checks if check.subject == claim.id]),
                case=_quoted(cycle, claim)
                if isinstance(said, Report) and support.is_quotation(claim)
                else _case(cycle, claim, plan, tick),
            )


def whole(cycle: Cycle) -> Stated | None:
    """The decision as one case: everything that was said in words, under its plan; None where nobody planned."""
    plan, snapshot = cycle.plan, cycle.snapshot
    if plan is None or snapshot is None:
        return None
    put = submission(snapshot, cycle.reports, cycle.debate, plan, cycle.proposals)
    if not put.statements:
        return None
    said = f"{plan.action}, conviction {plan.conviction:.2f}: {plan.reason}"
    shown = {item.id for item in put.evidence}
    facts = tuple(fact for fact in cycle.facts if fact.id in shown)
    statements = tuple(Saying(id=each.id, text=each.text, fact_ids=each.cites) for each in put.statements)
    return Stated(
        decision_id=cycle.id,
        symbol=cycle.symbol,
        as_of=cycle.as_of,
        agent=plan.author,
        model=plan.model,
        claim=Claim(id=VERDICT, text=said),
        cited=(),
        gate=cycle.verdict.outcome,
        case=Case(id=f"{cycle.id}/{VERDICT}", claim=said, facts=facts, statements=statements),
    )


def _case(cycle: Cycle, claim: Claim, plan: Plan | None, tick: float) -> Case:
    return Case(
        id=f"{cycle.id}/{claim.id}",
        claim=claim.text,
        facts=cycle.facts,
        value=claim.value,
        unit=claim.unit,
        fact_ids=claim.fact_ids,
        formula=claim.formula,
        given=() if plan is None or plan.action not in ("buy", "sell") else _given(plan),
        tick=tick if plan is not None and plan_rule.is_level(claim) else 0.0,
    )


def _quoted(cycle: Cycle, claim: Claim) -> Case:
    """A claim that says only that a quote stands in the document it names."""
    document = claim.text.partition(": “")[0]
    documents = cycle.snapshot.documents if cycle.snapshot is not None else ()
    texts = tuple(each.text for each in documents if each.id == document)
    return Case(id=f"{cycle.id}/{claim.id}", claim=claim.text, paragraphs=texts, is_quotation=True)


def _given(plan: Plan) -> tuple[Quotable, ...]:
    return tuple(
        Quotable(id=term.id, words=term.name, value=term.value, unit=term.unit)
        for term in plan_rule.quotable(plan)
        if term.unit is not None
    )
