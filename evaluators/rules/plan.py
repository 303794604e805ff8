"""The plan's own arithmetic: sides, levels backed by claims, reward against risk, time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from evaluators.rules import _formula
from evaluators.rules._statement import shown
from evaluators.rules._terms import Term, named
from fks_agents.bars import SECONDS
from fks_agents.contracts import Check, Claim, Fact, Outcome, Plan, Snapshot

RULE = "plan"
LONGEST_HORIZON = 250
"""Bars; no plan may look further."""


def check(plan: Plan, snapshot: Snapshot, facts: Mapping[str, Fact], tick: float) -> Iterator[Check]:
    """Nothing for a plan that does not trade."""
    if plan.action not in ("buy", "sell"):
        return
    yield from _sides(plan)
    for name, level in levels(plan):
        yield _backed(plan, name, level, facts, tick)
    yield from _time(plan, snapshot)
    is_risky = 0.0 < plan.risk < 1.0
    yield _check(
        "risk", "pass" if is_risky else "fail", f"risks {plan.risk:.4g} of equity; expected more than 0 and less than 1"
    )


def levels(plan: Plan) -> tuple[tuple[str, float], ...]:
    """`entry`, `stop`, `target1`, ... with their prices."""
    said = (
        ("entry", plan.entry),
        ("stop", plan.stop),
        *((f"target{n}", price) for n, price in enumerate(plan.targets, 1)),
    )
    return tuple((name, price) for name, price in said if price is not None)


def quotable(plan: Plan) -> tuple[Term, ...]:
    """What the plan's own claims may quote without citing: its levels, size of risk, horizon and multiples of R."""
    terms = [named(f"plan.{name}", name.rstrip("0123456789"), price, "price") for name, price in levels(plan)]
    terms += [
        named("plan.risk", "risk risked", plan.risk, "fraction"),
        named("plan.conviction", "conviction confidence", plan.conviction, "fraction"),
        named("plan.horizon", "horizon bars", float(plan.horizon), "bars"),
    ]
    if plan.entry is not None and plan.stop is not None and plan.entry != plan.stop:
        for number, target in enumerate(plan.targets, 1):
            multiple = abs(target - plan.entry) / abs(plan.entry - plan.stop)
            terms.append(named(f"plan.reward{number}", "reward risk multiple r", multiple, "ratio"))
    return tuple(terms)


def is_level(claim: Claim) -> bool:
    """Whether the claim gives one of the plan's prices."""
    return claim.id.rpartition(".")[2].rstrip("0123456789") in ("entry", "stop", "target")


def _sides(plan: Plan) -> Iterator[Check]:
    assert plan.entry is not None  # the contract refuses a trade without levels
    assert plan.stop is not None
    way = 1 if plan.action == "buy" else -1
    below, above = ("below", "above") if way == 1 else ("above", "below")
    is_right = (plan.entry - plan.stop) * way > 0
    yield _check(
        "stop",
        "pass" if is_right else "fail",
        f"{plan.action} at {shown(plan.entry)} with stop {shown(plan.stop)}; the stop belongs {below} the entry",
        stated=shown(plan.stop),
        computed=f"{below} {shown(plan.entry)}",
    )
    for number, target in enumerate(plan.targets, 1):
        is_right = (target - plan.entry) * way > 0
        yield _check(
            f"target{number}",
            "pass" if is_right else "fail",
            f"{plan.action} at {shown(plan.entry)} with target {shown(target)}; the target belongs {above} the entry",
            stated=shown(target),
            computed=f"{above} {shown(plan.entry)}",
        )


def _backed(plan: Plan, name: str, level: float, facts: Mapping[str, Fact], tick: float) -> Check:
    """One claim `<author>.<name>` states the level, and its formula over facts gives it."""
    claim = next((c for c in plan.claims if c.id.rpartition(".")[2] == name), None)
    stated = shown(level)
    if claim is None:
        return _check(
            name, "fail", f"{name} {stated} is backed by no claim; expected one with id ending .{name}", stated=stated
        )
    if claim.value is None or abs(claim.value - level) > tick / 2 + abs(level) * 1e-12:
        was = "nothing" if claim.value is None else shown(claim.value)
        return _check(name, "fail", f"{name} is {stated}; its claim {claim.id} says {was}", stated=stated, computed=was)
    if not claim.formula:
        return _check(name, "fail", f"{name} {stated} has no formula over facts in {claim.id}", stated=stated)
    try:
        computed = _formula.compute(claim.formula, facts)[0].value
    except _formula.FormulaError as error:
        return _check(
            name, "fail", f"{name} {stated}: formula {claim.formula!r} cannot be computed: {error}", stated=stated
        )
    holds = bool(_formula.ids_in(claim.formula)) and abs(computed - level) <= tick * (1 + 1e-9) + abs(level) * 1e-12
    return _check(
        name,
        "pass" if holds else "fail",
        f"{name} is {stated}; {claim.formula} gives {shown(computed)}",
        stated=stated,
        computed=shown(computed),
        ids=_formula.ids_in(claim.formula),
    )


def _time(plan: Plan, snapshot: Snapshot) -> Iterator[Check]:
    assert plan.expires_at is not None
    is_sane = 1 <= plan.horizon <= LONGEST_HORIZON
    yield _check(
        "horizon",
        "pass" if is_sane else "fail",
        f"horizon is {plan.horizon} bars; expected 1 to {LONGEST_HORIZON}",
        stated=str(plan.horizon),
    )
    # Three times the bars' own length leaves room for nights, weekends and holidays.
    latest = snapshot.as_of + timedelta(days=7) + timedelta(seconds=3 * plan.horizon * SECONDS[snapshot.timeframe])
    is_sane = snapshot.as_of < plan.expires_at <= latest
    yield _check(
        "expires_at",
        "pass" if is_sane else "fail",
        f"entry expires {plan.expires_at.isoformat()}; expected after {snapshot.as_of.isoformat()} "
        f"and by {latest.isoformat()}",
        stated=plan.expires_at.isoformat(),
    )


def _check(
    part: str,
    outcome: Outcome,
    reason: str,
    *,
    stated: str | None = None,
    computed: str | None = None,
    ids: tuple[str, ...] = (),
) -> Check:
    return Check(
        rule=RULE,
        subject=f"plan.{part}",
        outcome=outcome,
        reason=reason,
        stated=stated,
        computed=computed,
        fact_ids=ids,
    )
