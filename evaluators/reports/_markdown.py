"""The report as Markdown: a tree that reads well as plain text too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from evaluators.reports.links import Links
from fks_agents import _wording as say
from fks_agents.contracts import Check, Claim, Cycle, Plan, Spoken, Verdict

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&])")


def render(links: Links) -> str:
    cycle = links.cycle
    spoken = [(report.analyst, report, _stance(report)) for report in cycle.reports]
    argued = [(f"{turn.speaker}, round {turn.round}", turn, _rebuts(turn.rebuts)) for turn in cycle.debate]
    planned = [(plan.author, plan, _view(plan)) for plan in links.plans]
    parts: tuple[tuple[str, Iterator[str]], ...] = (
        ("", _decision(links)),
        ("Outcome", _outcome(links)),
        ("Plan", _plan(cycle)),
        ("Gate", _gate(links)),
        ("Analysts", _reports(spoken, links)),
        ("Debate", _reports(argued, links)),
        ("Plans and personas", _reports(planned, links)),
        ("Orders", _orders(cycle)),
        ("Model calls", _spent(cycle)),
        ("Lessons recalled", (f"- `{lesson.id.replace('`', '')}` {text(lesson.text)}" for lesson in links.recalled)),
        ("Lessons learned at once", (f"- {text(lesson.agent)}: {text(lesson.text)}" for lesson in cycle.lessons)),
        ("Facts quoted", _facts(links)),
        ("Headlines", _headlines(cycle)),
    )
    lines = [f"# {text(say.headline(cycle))}: {say.decided(cycle.action, cycle.status)}", ""]
    for title, part in parts:
        if told := list(part):
            lines += [f"## {title}", ""] if title else []
            lines += [*told, ""]
    lines += [f"Decision `{cycle.id}`. Digest `{cycle.digest}`."]
    return "\n".join(lines) + "\n"


def text(outside: str) -> str:
    """Words from anywhere, on one line, with everything Markdown or HTML would act on made literal."""
    return _SPECIAL.sub(r"\\\1", " ".join(outside.split())).replace("://", ":\u200b//")


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    if rows:
        yield f"| {' | '.join(head)} |"
        yield f"|{'|'.join([' --- '] * len(head))}|"
        for row in rows:
            yield f"| {' | '.join(row)} |"


def _decision(links: Links) -> Iterator[str]:
    cycle = links.cycle
    if links.result is not None:
        yield from (f"**{text(say.status(cycle, links.result))}**", "")
    yield text(cycle.reason)
    snapshot = cycle.snapshot
    models = ", ".join(f"{role} {text(name)}" for role, name in sorted(cycle.models.items()))
    yield ""
    if snapshot is not None:
        yield f"- price {say.price(snapshot.price)}, regime {snapshot.regime}, source {text(snapshot.source)}"
        yield f"- {len(snapshot.facts)} facts, data quality {say.number(snapshot.quality.score)} of 100"
        yield from (f"  - {text(reason)}" for reason in snapshot.quality.reasons)
    yield f"- gate {cycle.verdict.outcome}: {say.tally(cycle.verdict.checks)}"
    yield f"- models: {models or 'none'}"


def _outcome(links: Links) -> Iterator[str]:
    result, timeframe = links.result, links.cycle.timeframe
    if result is None and not links.fills:
        return
    yield from ("Not known when the decision was made.", "")
    rows = [
        (say.when(fill.at, timeframe), fill.leg, fill.side, say.number(fill.quantity), say.price(fill.price),
         f"{fill.fee:,.2f}")
        for fill in links.fills
    ]  # fmt: skip
    yield from _table(("closed bar", "leg", "side", "quantity", "price", "fee"), rows)
    yield from [""] * bool(rows)
    if result is None:
        yield "Still open."
        return
    profit = f", profit {result.profit:+,.2f} after costs" if result.kind not in ("expired", "not_traded") else ""
    moved = f"the market moved {say.percent(result.market_return, signed=True)} meanwhile"
    yield f"{say.outcome(result, timeframe)}{profit}; {moved}."
    if result.lessons:
        yield ""
    for lesson in result.lessons:
        yield f"- lesson for {text(lesson.agent)}: {text(lesson.text)}"


def _plan(cycle: Cycle) -> Iterator[str]:
    plan, sized = cycle.plan, cycle.sized
    if plan is None:
        return
    who = cycle.choice.persona if cycle.choice is not None else plan.author
    yield f"{text(who)}: {plan.action}, conviction {plan.conviction:.2f}. {text(plan.reason)}".strip()
    yield ""
    if cycle.choice is not None:
        yield from (f"Chosen because: {text(cycle.choice.reason)}", "")
    rows: list[tuple[str, ...]] = []
    if plan.entry is not None and plan.stop is not None and plan.expires_at is not None:
        reward = say.times_risk(plan)
        rows += [("entry (limit)", say.price(plan.entry)), ("stop", say.price(plan.stop))]
        rows += [("target", say.price(target)) for target in plan.targets]
        rows += [("reward to first target", say.multiple(reward))] if reward is not None else []
        rows += [("horizon", f"{plan.horizon} bars"), ("entry expires", say.day(plan.expires_at))]
    if sized is not None and (sized.quantity or sized.limits):
        rows += [("quantity", say.number(sized.quantity)), ("worth", say.price(sized.notional))]
        rows += [
            ("risk", f"{say.percent(sized.risk)} of equity, before costs"),
            ("sizing", text(say.spaced(sized.method))),
        ]
    yield from _table(("what", "value"), rows)
    if sized is not None and sized.limits:
        yield from ("", "Limits that made the position smaller:", "")
        for limit in sized.limits:
            change = f"{say.number(limit.before)} → {say.number(limit.after)}"
            yield f"- {text(say.spaced(limit.limit))}: {change}: {text(limit.reason)}"


def _gate(links: Links) -> Iterator[str]:
    verdict = links.cycle.verdict
    yield f"{say.MARKS[verdict.outcome]} **{verdict.outcome}**: {text(verdict.reason)}"
    yield ""
    rows = [
        (f"{say.MARKS[check.outcome]} {check.outcome}", text(check.rule), text(check.subject),
         text(links.stated(check)), text(check.computed or ""), text(links.found(check)))
        for _, check in links.checks
    ]  # fmt: skip
    yield from _table(("", "rule", "about", "stated", "computed", "reason"), rows)
    yield from _judged(verdict)


def _judged(verdict: Verdict) -> Iterator[str]:
    if verdict.judgements:
        yield ""
    rows = [
        (f"{say.MARKS[one.outcome]} {one.outcome}", text(say.spaced(one.judge)), text(one.model),
         say.judged(one), text(", ".join(one.evidence)), text(one.reason))
        for one in verdict.judgements
    ]  # fmt: skip
    yield from _table(("", "judge", "model", "figures", "evidence", "reason"), rows)
    for judgement in verdict.judgements:
        for passage in judgement.passages:
            if passage.id in judgement.evidence:
                quoted = f"{text(passage.id)}, {say.day(passage.published_at)}, {text(passage.source)}"
                yield from ("", f"> {text(passage.text)} ({quoted})")
    for warning in verdict.warnings:
        yield from ("", f"Warning: {text(warning)}")


def _stance(report: Spoken) -> str:
    stance, conviction = getattr(report, "stance", 0.0), getattr(report, "conviction", 0.0)
    return f"{say.lean(stance)} {stance:+.2f}, conviction {conviction:.2f}"


def _rebuts(claim_ids: tuple[str, ...]) -> str:
    return f"answers {', '.join(text(claim_id) for claim_id in claim_ids)}" if claim_ids else "opens"


def _view(plan: Plan) -> str:
    return f"{plan.action}, conviction {plan.conviction:.2f}. {text(plan.reason)}".strip()


def _reports(spoken: Sequence[tuple[str, Spoken, str]], links: Links) -> Iterator[str]:
    for who, said, view in spoken:
        yield from _report(who, said, links, view)


def _report(who: str, said: Spoken, links: Links, view: str) -> Iterator[str]:
    shown = f"abstains: {text(said.abstained)}" if said.abstained is not None else view
    yield f"### {text(who)}"
    yield ""
    yield f"{shown} ({text(said.model)})"
    yield ""
    for told in filter(None, (say.unheard(said), say.looked_up(said), say.agreed(said))):
        yield f"- {told}"
    if told := say.recalled(said):
        yield f"- {told} ({', '.join(text(lesson_id) for lesson_id in said.recalled)})"
    for claim in said.claims:
        yield _claim(claim, links)
    for check in said.caught:
        yield f"- caught by a check: {_compared(check)}"
    if said.claims or said.caught:
        yield ""


def _claim(claim: Claim, links: Links) -> str:
    facts = ", ".join(
        f"{text(fact_id)} {text(links.name_of(links.facts[fact_id]))} = {text(say.value(links.facts[fact_id]))}"
        if fact_id in links.facts
        else f"{text(fact_id)}?"
        for fact_id in claim.fact_ids
    )
    marks = " ".join(f"{say.MARKS[check.outcome]} {text(check.rule)}" for _, check in links.checks_of(claim.id))
    return f"- `{claim.id.replace('`', '')}` {text(claim.text)} ({facts or 'no fact cited'}) {marks or '· not checked'}"


def _compared(check: Check) -> str:
    numbers = f" (stated {text(check.stated or '?')}, computed {text(check.computed)})" if check.computed else ""
    return f"{text(check.reason)}{numbers}"


def _orders(cycle: Cycle) -> Iterator[str]:
    answers = {receipt.client_order_id: receipt for receipt in cycle.receipts}
    rows: list[tuple[str, ...]] = []
    for order in cycle.orders:
        answer = answers.get(order.client_order_id)
        told = f"{answer.status} {text(answer.reason)}".strip() if answer is not None else "not sent"
        terms = f"{order.side} {order.type}"
        rows.append((order.leg, terms, say.number(order.quantity), say.price(order.price), told))
    yield from _table(("leg", "order", "quantity", "price", "broker"), rows)


def _spent(cycle: Cycle) -> Iterator[str]:
    usage = cycle.usage
    rows = [
        (text(role.role), str(role.calls), str(role.cached), str(role.failures), f"{role.input_tokens:,}",
         f"{role.output_tokens:,}", f"{role.seconds:.1f} s", say.money(role.money))
        for role in usage.spent
    ]  # fmt: skip
    yield from _table(("role", "calls", "from the record", "failed", "read", "written", "model time", "cost"), rows)
    if rows:
        yield from ("", f"Together: {say.spent(usage)}.")
    if usage.bites:
        yield from ("", "Gates between a role and its model that bit:", "")
    for bite in usage.bites:
        yield f"- {text(say.bite(bite))}"


def _facts(links: Links) -> Iterator[str]:
    rows = [
        (fact.id, text(fact.name), text(say.value(fact)), fact.unit, fact.timeframe or "", say.day(fact.as_of),
         text(", ".join(links.quoted_by(fact.id))))
        for fact in links.cycle.facts if links.quoted_by(fact.id)
    ]  # fmt: skip
    yield from _table(("id", "name", "value", "unit", "timeframe", "known at", "quoted by"), rows)


def _headlines(cycle: Cycle) -> Iterator[str]:
    lines = cycle.snapshot.headlines if cycle.snapshot is not None else ()
    if lines:
        yield from ("Text from outside, quoted as data:", "")
    for line in lines:
        yield f"- {say.day(line.published_at)}, {text(line.source)}: {text(line.text)}"
