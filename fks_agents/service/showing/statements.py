"""What agents said, each claim with the facts it cites and the checks that looked at it."""

from __future__ import annotations

from typing import NamedTuple

from evaluators.reports.links import Links
from fks_agents import _wording as say
from fks_agents.contracts import Check, Claim, Fact, Plan, Report, Turn


class Named(NamedTuple):
    label: str
    text: str


class Looked(NamedTuple):
    """One check of the gate."""

    outcome: str
    rule: str
    subject: str
    reason: str
    stated: str
    """Empty where nothing was compared."""
    computed: str


class Stated(NamedTuple):
    """One claim, the facts it cites and the checks that looked at it."""

    id: str
    text: str
    facts: tuple[Named, ...]
    """`F12` and `rsi_14 1d = 44.1, sample/talib, known 2018-04-20 20:00 UTC`; what no fact stands behind says so."""
    checks: tuple[Looked, ...]
    outcome: str
    """The worst of its checks; `unchecked` where none looked at it."""


class Statement(NamedTuple):
    """What one agent said, once."""

    who: str
    model: str
    view: str
    abstained: bool
    notes: tuple[str, ...]
    claims: tuple[Stated, ...]
    caught: tuple[str, ...]
    """What its author was asked to correct."""


def statement(said: Report | Turn | Plan, links: Links) -> Statement:
    """What an agent said, its claims with their facts and checks."""
    notes = filter(None, (say.unheard(said), say.looked_up(said), say.agreed(said), say.recalled(said)))
    return Statement(
        who=_who(said), model=said.model, view=_view(said), abstained=said.abstained is not None,
        notes=(*notes, *(say.bite(bite) for bite in said.bites)),
        claims=tuple(stated(claim, links) for claim in said.claims),
        caught=tuple(f"{check.subject}: {check.reason}" for check in said.caught),
    )  # fmt: skip


def stated(claim: Claim, links: Links) -> Stated:
    checks = [check for _, check in links.checks_of(claim.id)]
    outcomes = {check.outcome for check in checks}
    worst = next((each for each in ("fail", "unscored", "pass") if each in outcomes), "unchecked")
    cited = tuple(_cited(fact_id, links) for fact_id in dict.fromkeys(claim.fact_ids))
    return Stated(claim.id, claim.text, cited, tuple(looked(check) for check in checks), worst)


def looked(check: Check) -> Looked:
    return Looked(
        check.outcome, check.rule, check.subject, check.reason, check.stated or "", check.computed or ""
    )  # fmt: skip


def _cited(fact_id: str, links: Links) -> Named:
    fact = links.facts.get(fact_id)
    if fact is None:
        return Named(fact_id, "no such fact")
    return Named(fact_id, f"{_name(fact)} = {say.value(fact)}, {fact.source}, known {say.day(fact.as_of)}")


def _name(fact: Fact) -> str:
    return f"{fact.name} {fact.timeframe}" if fact.timeframe else fact.name


def _who(said: Report | Turn | Plan) -> str:
    match said:
        case Report():
            return said.analyst
        case Turn():
            return f"{said.speaker}, round {said.round}"
    return said.author


def _view(said: Report | Turn | Plan) -> str:
    if said.abstained is not None:
        return f"abstains: {said.abstained}"
    match said:
        case Report():
            return f"{say.lean(said.stance)} {said.stance:+.2f}, conviction {said.conviction:.2f}"
        case Turn():
            return f"answers {', '.join(said.rebuts)}" if said.rebuts else "opens"
    return f"{say.spaced(said.action)}, conviction {said.conviction:.2f}{_levels(said)}. {said.reason}".strip()


def _levels(plan: Plan) -> str:
    if plan.entry is None or plan.stop is None:
        return ""
    reward = say.times_risk(plan)
    targets = ", ".join(say.price(target) for target in plan.targets)
    return (
        f": entry {say.price(plan.entry)}, stop {say.price(plan.stop)}, target {targets}"
        + (f" ({say.multiple(reward)})" if reward is not None else "")
        + f", risk {say.percent(plan.risk)}, {plan.horizon} bars"
    )
