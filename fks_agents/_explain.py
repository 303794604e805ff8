"""A decision as plain text: what was seen, said, checked, allowed and done, in the order it happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from fks_agents import _wording as say
from fks_agents.usage import Usage

if TYPE_CHECKING:
    from fks_agents.contracts import Claim, Cycle, Fill, Judgement, Lesson, Plan, Report, Result, Spoken, Turn

WIDTH = 100


def explain(
    cycle: Cycle, *, result: Result | None = None, fills: Sequence[Fill] = (), recalled: Sequence[Lesson] = ()
) -> str:
    """Plain text, no colour, lines of at most 100 characters; ends with the digest.

    `result` and `fills` are what became of it, `recalled` the lessons its agents were shown.
    """
    lines = [*_wrapped(f"{say.headline(cycle)}: {say.status(cycle, result)}", ""), *_wrapped(cycle.reason, ""), ""]
    sections = [
        *_sections(cycle),
        ("RECALLED", list(_recalled(recalled))),
        ("AFTER", list(_after(cycle, fills, result))),
    ]
    for title, body in sections:
        if body:
            lines += [title, *body, ""]
    return "\n".join([*lines, f"decision {cycle.id}", f"digest   {cycle.digest}"])


def _sections(cycle: Cycle) -> Iterator[tuple[str, list[str]]]:
    yield "SEEN", list(_seen(cycle))
    yield "SAID", [line for report in cycle.reports for line in _report(report)]
    yield "ARGUED", [line for turn in cycle.debate for line in _turn(turn)]
    yield "PLANNED", list(_planned(cycle))
    yield "ALLOWED", list(_allowed(cycle))
    yield "CHECKED", list(_checked(cycle))
    yield "DONE", list(_done(cycle))
    yield "SPENT", list(_spent(cycle))


def _seen(cycle: Cycle) -> Iterator[str]:
    snapshot = cycle.snapshot
    if snapshot is None:
        return
    yield f"  price {say.price(snapshot.price)}, regime {snapshot.regime}, source {snapshot.source}"
    yield f"  {len(snapshot.facts)} facts, data quality {say.number(snapshot.quality.score)} of 100"
    for reason in snapshot.quality.reasons:
        yield from _wrapped(f"- {reason}", "  ")
    account = snapshot.account
    held = account.position
    holding = f"{held.side} {say.number(held.quantity)} at {say.price(held.average_price)}" if held else "no position"
    yield f"  account: equity {say.price(account.equity)}, {holding}"


def _report(report: Report) -> Iterator[str]:
    if report.abstained is None:
        view = f"{say.lean(report.stance)} {report.stance:+.2f}, conviction {report.conviction:.2f}"
    else:
        view = f"abstains: {report.abstained}"
    yield from _wrapped(f"{report.analyst} ({report.model}): {view}", "  ")
    yield from _lessons(report)
    yield from _claims(report.claims)
    yield from _caught(report)


def _turn(turn: Turn) -> Iterator[str]:
    rebuts = f", answers {', '.join(turn.rebuts)}" if turn.rebuts else ""
    silence = f": abstains: {turn.abstained}" if turn.abstained is not None else ""
    yield from _wrapped(f"{turn.speaker}, round {turn.round}{rebuts}{silence}", "  ")
    yield from _lessons(turn)
    yield from _claims(turn.claims)
    yield from _caught(turn)


def _planned(cycle: Cycle) -> Iterator[str]:
    if cycle.draft is not None:
        yield from _plan(cycle.draft)
    for proposal in cycle.proposals:
        yield from _plan(proposal)
    if cycle.choice is not None:
        yield from _wrapped(f"chosen: {cycle.choice.persona}: {cycle.choice.reason}", "  ")


def _plan(plan: Plan) -> Iterator[str]:
    yield from _wrapped(f"{plan.author}: {plan.action}, conviction {plan.conviction:.2f}. {plan.reason}".strip(), "  ")
    if plan.entry is not None and plan.stop is not None:
        targets = ", ".join(say.price(target) for target in plan.targets)
        reward = say.times_risk(plan)
        yield (
            f"    entry {say.price(plan.entry)}, stop {say.price(plan.stop)}, target {targets}"
            + (f" ({say.multiple(reward)})" if reward is not None else "")
            + f", risk {say.percent(plan.risk)}, {plan.horizon} bars"
        )
    yield from _lessons(plan)
    yield from _claims(plan.claims)
    yield from _caught(plan)


def _allowed(cycle: Cycle) -> Iterator[str]:
    sized = cycle.sized
    if sized is None or not (sized.quantity or sized.limits):
        return
    yield (
        f"  quantity {say.number(sized.quantity)} worth {say.price(sized.notional)}, "
        f"{say.percent(sized.risk)} of equity at risk before costs"
    )
    for limit in sized.limits:
        change = f"{say.number(limit.before)} to {say.number(limit.after)}"
        yield from _wrapped(f"- {limit.limit}: {change}: {limit.reason}", "  ")


def _checked(cycle: Cycle) -> Iterator[str]:
    verdict = cycle.verdict
    yield from _wrapped(f"{verdict.outcome}: {verdict.reason}", "  ")
    for check in verdict.checks:
        if check.outcome != "pass":
            compared = f" (stated {check.stated}, computed {check.computed})" if check.computed is not None else ""
            yield from _wrapped(f"- {check.outcome} {check.rule} on {check.subject}: {check.reason}{compared}", "  ")
    for judgement in verdict.judgements:
        yield from _judged(judgement)
    for warning in verdict.warnings:
        yield from _wrapped(f"warning: {warning}", "  ")
    if cycle.approval is not None and cycle.approval.status != "not_needed":
        yield from _wrapped(f"approval: {cycle.approval.status} by {cycle.approval.by}: {cycle.approval.reason}", "  ")


def _judged(judgement: Judgement) -> Iterator[str]:
    told = f"- judge {judgement.judge} ({judgement.model}): {judgement.outcome}: {judgement.reason}"
    figures = say.judged(judgement)
    yield from _wrapped(told + (f" [{figures}]" if figures else ""), "  ")
    for passage in judgement.passages:
        if passage.id in judgement.evidence:
            yield from _wrapped(f"{passage.id} ({say.day(passage.published_at)}): {passage.text}", "      ")


def _done(cycle: Cycle) -> Iterator[str]:
    answers = {receipt.client_order_id: receipt for receipt in cycle.receipts}
    for order in cycle.orders:
        answer = answers.get(order.client_order_id)
        told = f"{answer.status} {answer.reason}".strip() if answer else "not sent"
        terms = f"{order.side} {order.type} {say.number(order.quantity)} at {say.price(order.price)}"
        yield from _wrapped(f"{order.leg}: {terms}: {told}", "  ")
    for lesson in cycle.lessons:
        yield from _wrapped(f"lesson for {lesson.agent}: {lesson.text}", "  ")


def _spent(cycle: Cycle) -> Iterator[str]:
    if whole := say.spent(cycle.usage):
        yield from _wrapped(whole, "  ")
    for role in cycle.usage.spent:
        yield from _wrapped(f"{role.role}: {say.spent(Usage(spent=(role,)))}", "    ")
    for bite in cycle.usage.bites:
        yield from _wrapped(f"- {say.bite(bite)}", "  ")


def _after(cycle: Cycle, fills: Sequence[Fill], result: Result | None) -> Iterator[str]:
    for fill in fills:
        at = say.when(fill.at, cycle.timeframe)
        terms = f"{fill.side} {say.number(fill.quantity)} at {say.price(fill.price)}, fee {fill.fee:,.2f}"
        yield f"  {at}  {fill.leg}: {terms}"
    if result is None:
        return
    moved = f"the market moved {say.percent(result.market_return, signed=True)} meanwhile"
    profit = f", profit {result.profit:+,.2f} after costs" if result.kind not in ("expired", "not_traded") else ""
    yield from _wrapped(f"{say.outcome(result, cycle.timeframe)}{profit}; {moved}", "  ")
    for lesson in result.lessons:
        yield from _wrapped(f"lesson for {lesson.agent}: {lesson.text}", "  ")


def _recalled(lessons: Sequence[Lesson]) -> Iterator[str]:
    for lesson in lessons:
        yield from _wrapped(f"{lesson.id}: {lesson.text}", "  ")


def _lessons(said: Spoken) -> Iterator[str]:
    for told in filter(None, (say.unheard(said), say.looked_up(said), say.agreed(said))):
        yield from _wrapped(told, "    ")
    if told := say.recalled(said):
        yield from _wrapped(f"{told} [{', '.join(said.recalled)}]", "    ")


def _claims(claims: tuple[Claim, ...]) -> Iterator[str]:
    for claim in claims:
        yield from _wrapped(f"- {say.claimed(claim)}", "    ")


def _caught(said: Spoken) -> Iterator[str]:
    for check in said.caught:
        yield from _wrapped(f"- caught: {check.reason}", "    ")


def _wrapped(text: str, indent: str) -> list[str]:
    hanging = indent + "  " if indent else ""
    return wrap(text, WIDTH, initial_indent=indent, subsequent_indent=hanging)
