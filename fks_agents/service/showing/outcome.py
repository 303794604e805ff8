"""What a decision came to, in plain words: the decision, what risk made of it, what the gate found, who let it go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Literal

from fks_agents import _wording as say
from fks_agents.contracts import Timeframe, Usage
from fks_agents.service.showing.learned import Learned

Tone = Literal["", "good", "bad", "warn"]


@dataclass(frozen=True)
class Line:
    title: str
    text: str
    tone: Tone = ""


_TONES: dict[str, Tone] = {
    "filled": "good", "working": "good", "refused": "bad", "rejected": "bad", "halted": "bad", "expired": "warn",
    "needs_approval": "warn", "no_decision": "warn",
}  # fmt: skip


def headline(known: Learned) -> Line:
    if known.ending is not None:
        said = say.decided(known.ending.action, known.ending.status)  # type: ignore[arg-type]
        return Line(said, known.ending.reason, _TONES.get(known.ending.status, ""))
    if known.failure is not None:
        return Line("broke off", f"{known.failure}; it is tried again", "bad")
    return Line("is being made", "") if known.nodes else Line("waits for its turn", "")


def lines(known: Learned, timeframe: Timeframe) -> tuple[Line, ...]:
    """What is known so far, in the order it happened."""
    parts = (_planned(known, timeframe), _risk(known), _gate(known), _approval(known), _orders(known), _bites(known))
    return tuple(chain.from_iterable(parts))


def _planned(known: Learned, timeframe: Timeframe) -> Iterator[Line]:
    if known.stopped is not None:
        yield Line("Nobody was asked", known.stopped, "warn")
    plan = known.plan
    if plan is None:
        return
    if known.choice is not None:
        yield Line("Persona", f"{known.choice.persona} was chosen: {known.choice.reason}")
    if plan.entry is None or plan.stop is None:
        yield Line("Plan", f"{say.spaced(plan.action)}: {plan.abstained or plan.reason}")
        return
    targets = ", ".join(say.price(target) for target in plan.targets)
    until = f", withdrawn after {say.when(plan.expires_at, timeframe)}" if plan.expires_at is not None else ""
    reward = say.times_risk(plan)
    pays = f" ({say.multiple(reward)})" if reward is not None else ""
    yield Line(
        "Plan",
        f"{plan.action} at {say.price(plan.entry)}, stop {say.price(plan.stop)}, target {targets}{pays}, "
        f"{plan.horizon} bars{until}",
    )


def _risk(known: Learned) -> Iterator[Line]:
    sized = known.sized
    if sized is None or not (sized.quantity or sized.limits):
        return
    for limit in sized.limits:
        change = f"{say.number(limit.before)} became {say.number(limit.after)}"
        yield Line(f"Risk: {say.spaced(limit.limit)}", f"{change}: {limit.reason}", "warn" if limit.after else "bad")
    if not sized.limits:
        yield Line("Risk", "changed nothing: every limit was kept")
    if sized.quantity:
        yield Line(
            "Size",
            f"{say.number(sized.quantity)} worth {say.price(sized.notional)}; {say.percent(sized.risk)} of the equity "
            "is lost if the stop is hit, before costs",
        )


def _gate(known: Learned) -> Iterator[Line]:
    verdict = known.verdict
    if verdict is None:
        return
    tone: Tone = "good" if verdict.outcome == "pass" else "bad"
    yield Line("Gate", f"{verdict.outcome}: {verdict.reason}", tone)
    for check in verdict.checks:
        if check.outcome == "fail":
            compared = f" (stated {check.stated}, computed {check.computed})" if check.computed is not None else ""
            yield Line(f"Failed: {say.spaced(check.rule)}", f"{check.subject}: {check.reason}{compared}", "bad")
    for judgement in verdict.judgements:
        figures = say.judged(judgement)
        said = f"{judgement.outcome}: {judgement.reason}" + (f" [{figures}]" if figures else "")
        yield Line(f"Judge {judgement.judge}", said, "bad" if judgement.outcome == "fail" else "")
    for warning in verdict.warnings:
        yield Line("Warning", warning, "warn")


def _approval(known: Learned) -> Iterator[Line]:
    approval = known.approval
    if approval is None:
        return
    if approval.status == "not_needed":
        yield Line("Approval", f"no person was asked: {approval.reason}")
        return
    when = f", {say.day(approval.at)}" if approval.status != "pending" else ""
    size = f", at most {say.number(approval.quantity)}" if approval.quantity is not None else ""
    tone: Tone = "good" if approval.status == "approved" else "warn"
    yield Line("Approval", f"{approval.status} by {approval.by}{when}{size}: {approval.reason}", tone)


def _orders(known: Learned) -> Iterator[Line]:
    answers = {receipt.client_order_id: receipt for receipt in known.receipts}
    for order in known.orders:
        answer = answers.get(order.client_order_id)
        told = f"{answer.status} {answer.reason}".strip() if answer is not None else "not sent"
        terms = f"{order.side} {order.type} {say.number(order.quantity)} at {say.price(order.price)}"
        is_bad = answer is None or answer.status in ("rejected", "halted")
        yield Line(f"Order: {order.leg}", f"{terms}: {told}", "bad" if is_bad else "")


def _bites(known: Learned) -> Iterator[Line]:
    for bite in known.usage.bites:
        yield Line("Stopped or shortened", say.bite(bite), "warn")


def meter(known: Learned, asked_at: datetime | None, now: datetime) -> tuple[tuple[str, str], ...]:
    """Tokens, time and cost. Time runs on while it is made; of one on record it is what the decision itself took."""
    if known.seconds is not None:
        took = f"{known.seconds:.1f} s"
    elif known.is_waiting:
        took = "waits for a person"
    elif asked_at is None or known.ending is not None:
        took = "not measured"
    else:
        took = f"{max((now - asked_at).total_seconds(), 0.0):.0f} s so far"
    usage: Usage = known.usage
    return (
        ("Tokens", f"{usage.tokens:,}"), ("Time", took), ("Cost", say.money(usage.money)),
        ("Model calls", f"{usage.calls:,}"), ("From the record", f"{usage.cached:,}"),
        ("Model time", f"{usage.seconds:.1f} s"),
    )  # fmt: skip
