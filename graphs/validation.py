"""Judge what is on record, or what is handed in: the questions a service answers, each a value in and a value out.

consistency     are the claims borne out by their facts?
discrepancy     do agents contradict the data, one another, or themselves?
bias            does an agent expect rises more often than they come?
ground_truth    do stances and conviction have anything to do with what happened?

None needs a model; `means` adds a language model's judgement to the first two.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from evaluators import judges
from evaluators.audits import truth
from evaluators.audits.claims import Stated, stated
from evaluators.judges import Item, Means, Statement, Submission
from evaluators.meta.checker import Checker
from evaluators.meta.examples import Case
from evaluators.meta.judging import Answer, Opinion
from evaluators.submitting import submission
from fks_agents.contracts import Claim, Contract, Cycle, Direction, Fact, Outcome, Report, Signed
from fks_agents.errors import UsageError
from fks_agents.judgements import Judgement
from memory.judgements import Scope
from memory.ledger import Ledger

MOST_CLAIMS = 500


class ConsistencyRequest(Contract):
    """A recorded decision, or claims with the facts they cite."""

    decision_id: str | None = None
    claims: Annotated[tuple[Claim, ...], Field(max_length=MOST_CLAIMS)] = ()
    facts: tuple[Fact, ...] = ()

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        if (self.decision_id is None) == (not self.claims):
            raise ValueError("expected either decision_id, or claims with their facts")
        if not all(claim.id and claim.text for claim in self.claims):
            raise ValueError("claims: expected an id and words for each, was one without")
        return self


class JudgedClaim(Contract):
    id: str
    text: str
    answer: Answer
    reason: str
    stated: str
    computed: str
    evidence: tuple[str, ...]


class ConsistencyResponse(Contract):
    outcome: Outcome
    """Fail where any claim is refuted, unscored where any is left open or there is none, else pass."""
    supported: int
    refuted: int
    not_enough: int
    claims: tuple[JudgedClaim, ...]
    judgement: Judgement | None = None
    """Of the model, where one was asked; it can shut what the checks leave open, and opens nothing."""


class DiscrepancyRequest(Contract):
    decision_id: str


class Opposed(Contract):
    """One fact that two agents read in opposite directions."""

    fact_id: str
    fact: str
    bullish: tuple[str, ...]
    """Ids of the claims."""
    bearish: tuple[str, ...]


class Contradiction(Contract):
    """An analyst whose stance goes against the direction of most of its own claims."""

    analyst: str
    stance: Signed
    claims: Direction
    """Where most of its claims point."""


class DiscrepancyResponse(Contract):
    outcome: Outcome
    """Fail where a claim contradicts the data or an analyst itself, else pass; agents may well disagree."""
    with_data: tuple[JudgedClaim, ...]
    """Claims that their facts refute."""
    between_agents: tuple[Opposed, ...]
    within_agents: tuple[Contradiction, ...]
    spread: float
    """Highest less lowest stance of the analysts, 0 to 2."""
    judgement: Judgement | None = None


class BiasRequest(Contract):
    scope: Scope = Scope()


class BiasResponse(Contract):
    agents: tuple[truth.Lean, ...]


class GroundTruthRequest(Contract):
    scope: Scope = Scope()
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 7


class GroundTruthResponse(Contract):
    decisions: int
    """With a result, in scope."""
    agents: tuple[truth.Association, ...]
    found: tuple[str, ...]
    """Agents whose stances say something about the market, after all tests made."""


def consistency(
    request: ConsistencyRequest, ledger: Ledger | None = None, means: Means | None = None
) -> ConsistencyResponse:
    """Recompute every claim; with `means`, also ask the judge of factual consistency about the whole.

    Raises UsageError where a decision is named and unknown, or no ledger is given to look it up in.
    """
    if request.decision_id is None:
        cases = [_case(claim, request.facts) for claim in request.claims]
        put = _submission(request.claims, request.facts)
    else:
        cycle = _recorded(request.decision_id, ledger)
        cases = [each.case for each in _claims(cycle, ledger)]
        put = _submission_of(cycle)
    judged = tuple(_judged(case) for case in cases)
    answers = [each.answer for each in judged]
    judgement = _asked("factual_consistency", put, means)
    return ConsistencyResponse(
        outcome=_outcome(answers, judgement),
        supported=answers.count("supported"),
        refuted=answers.count("refuted"),
        not_enough=answers.count("not_enough"),
        claims=judged,
        judgement=judgement,
    )


def discrepancy(request: DiscrepancyRequest, ledger: Ledger, means: Means | None = None) -> DiscrepancyResponse:
    """Where a recorded decision's agents contradict the data, one another or themselves."""
    cycle = _recorded(request.decision_id, ledger)
    claims = _claims(cycle, ledger)
    refuted = tuple(judged for each in claims if (judged := _judged(each.case)).answer == "refuted")
    within = tuple(found for report in cycle.reports if (found := _against_itself(report)) is not None)
    stances = [report.stance for report in cycle.reports if report.abstained is None]
    judgement = _asked("discrepancy", _submission_of(cycle), means)
    own: Outcome = "fail" if refuted or within else "pass"
    return DiscrepancyResponse(
        outcome=own if own == "fail" or judgement is None else judgement.outcome,
        with_data=refuted,
        between_agents=_opposed(claims),
        within_agents=within,
        spread=max(stances) - min(stances) if stances else 0.0,
        judgement=judgement,
    )


def bias(request: BiasRequest, ledger: Ledger) -> BiasResponse:
    """Which agents lean, over decisions whose outcome is known."""
    return BiasResponse(agents=truth.leans(truth.stances(ledger, request.scope)))


def ground_truth(request: GroundTruthRequest, ledger: Ledger) -> GroundTruthResponse:
    """Stances and conviction of each agent against what the market did."""
    stances = truth.stances(ledger, request.scope)
    tested = truth.associations(stances, seed=request.seed)
    decisions = len({(each.symbol, each.as_of) for each in stances})
    return GroundTruthResponse(
        decisions=decisions, agents=tested, found=tuple(each.agent for each in tested if each.is_found)
    )


def _recorded(decision_id: str, ledger: Ledger | None) -> Cycle:
    if ledger is None:
        raise UsageError(f"decision {decision_id!r}: expected a ledger to look it up in")
    return ledger.decisions.cycle(decision_id)


def _claims(cycle: Cycle, ledger: Ledger | None) -> tuple[Stated, ...]:
    tick = ledger.decisions.admission(cycle.id).settings.get("tick", 0.0) if ledger is not None else 0.0
    return tuple(stated(cycle, float(str(tick))))


def _case(claim: Claim, facts: tuple[Fact, ...]) -> Case:
    return Case(
        id=claim.id, claim=claim.text, facts=facts, value=claim.value, unit=claim.unit, fact_ids=claim.fact_ids,
        formula=claim.formula,
    )  # fmt: skip


def _judged(case: Case) -> JudgedClaim:
    opinion: Opinion = Checker().judge(case)
    told = opinion.model_dump(include={"answer", "reason", "stated", "computed", "evidence"})
    return JudgedClaim(id=case.id.rpartition("/")[2], text=case.claim, **told)


def _outcome(answers: list[Answer], judgement: Judgement | None) -> Outcome:
    if "refuted" in answers or (judgement is not None and judgement.outcome == "fail"):
        return "fail"
    is_open = not answers or set(answers) != {"supported"}
    return "unscored" if is_open or (judgement is not None and judgement.outcome == "unscored") else "pass"


def _asked(name: str, put: Submission | None, means: Means | None) -> Judgement | None:
    return None if means is None or put is None else judges.get(name)(put, means)


def _submission(claims: tuple[Claim, ...], facts: tuple[Fact, ...]) -> Submission | None:
    if not facts:
        return None
    statements = tuple(Statement(claim.id, claim.text, claim.fact_ids) for claim in claims)
    evidence = tuple(Item(fact.id, f"{fact.name} = {fact.value} {fact.unit}") for fact in facts)
    return Submission(statements, evidence, max(fact.as_of for fact in facts))


def _submission_of(cycle: Cycle) -> Submission | None:
    plan = cycle.plan
    if cycle.snapshot is None or plan is None:
        return None
    return submission(cycle.snapshot, cycle.reports, cycle.debate, plan, cycle.proposals)


def _opposed(claims: tuple[Stated, ...]) -> tuple[Opposed, ...]:
    readings: dict[str, dict[Direction, list[str]]] = {}
    names: dict[str, str] = {}
    for each in claims:
        for fact in each.cited:
            names[fact.id] = fact.name
            readings.setdefault(fact.id, {}).setdefault(each.claim.direction, []).append(each.claim.id)
    return tuple(
        Opposed(fact_id=fact_id, fact=names[fact_id], bullish=tuple(read["bullish"]), bearish=tuple(read["bearish"]))
        for fact_id, read in sorted(readings.items(), key=lambda item: int(item[0][1:]))
        if "bullish" in read and "bearish" in read
    )


def _against_itself(report: Report) -> Contradiction | None:
    bullish, bearish = (sum(claim.direction == way for claim in report.claims) for way in ("bullish", "bearish"))
    most: Direction = "bullish" if bullish > bearish else "bearish"
    if bullish == bearish or not report.stance or (report.stance > 0) == (most == "bullish"):
        return None
    return Contradiction(analyst=report.analyst, stance=report.stance, claims=most)


__all__ = [
    "BiasRequest", "BiasResponse", "ConsistencyRequest", "ConsistencyResponse", "DiscrepancyRequest",
    "DiscrepancyResponse", "GroundTruthRequest", "GroundTruthResponse", "bias", "consistency", "discrepancy",
    "ground_truth",
]  # fmt: skip
