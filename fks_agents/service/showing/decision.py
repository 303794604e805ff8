"""One decision as a person reads it: what was seen, said, checked, allowed, answered and done, and what became of it.

Every text may come from outside: it is shown as text, never as markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from evaluators.reports.links import Links
from fks_agents import _wording as say
from fks_agents.contracts import Cycle, Document, Fill, Headline, Judgement, Lesson, Result, Spoken
from fks_agents.service.showing.history import decision_named, models
from fks_agents.service.showing.statements import Looked, Named, Statement, looked, statement
from fks_agents.usage import Usage
from memory.ideas import Mark
from memory.ledger import Ledger


class FactRow(NamedTuple):
    id: str
    name: str
    value: str
    timeframe: str
    """`-` for what no bar carries."""
    known_at: str
    source: str
    quoted_by: str
    """Ids of claims."""


class Limited(NamedTuple):
    """A limit that bit."""

    limit: str
    before: str
    after: str
    reason: str


class Judged(NamedTuple):
    judge: str
    model: str
    outcome: str
    figures: str
    reason: str
    passages: tuple[Named, ...]


class Answered(NamedTuple):
    """A step of the approval."""

    at: str
    who: str
    what: str
    why: str


class Ordered(NamedTuple):
    leg: str
    terms: str
    answer: str


class Filled(NamedTuple):
    at: str
    leg: str
    terms: str
    fee: str


class Learned(NamedTuple):
    agent: str
    text: str
    at: str
    was_right: str
    """`right`, `wrong`, or `no stance`."""


class Decision(NamedTuple):
    id: str
    symbol: str
    headline: str
    verdict: str
    status: str
    reason: str
    digest: str
    model: str
    seconds: str
    has_snapshot: bool
    seen: tuple[Named, ...]
    quality: tuple[str, ...]
    """What cost the data points."""
    facts: tuple[FactRow, ...]
    outside: tuple[Named, ...]
    """Headlines, documents and what is scheduled, oldest first."""
    reports: tuple[Statement, ...]
    debate: tuple[Statement, ...]
    plans: tuple[Statement, ...]
    chosen: str
    """Empty where nothing was chosen."""
    size: str
    limits: tuple[Limited, ...]
    ruling: str
    tally: str
    checks: tuple[Looked, ...]
    """What did not pass first."""
    judges: tuple[Judged, ...]
    warnings: tuple[str, ...]
    approval: tuple[Answered, ...]
    orders: tuple[Ordered, ...]
    fills: tuple[Filled, ...]
    outcome: tuple[str, ...]
    """Empty while it is open."""
    lessons: tuple[Learned, ...]
    recalled: tuple[Learned, ...]
    spent: tuple[str, ...]


def read(ledger: Ledger, decision_id: str) -> Decision:
    """A finished decision by its id or a beginning of it. Raises UsageError where there is none, and while it is being
    made."""
    cycle = ledger.decisions.cycle(decision_named("id", decision_id))
    ids = dict.fromkeys(name for said in _spoken(cycle) for name in said.recalled)
    return told(
        cycle, result=ledger.results.result(cycle.id), fills=ledger.paper.fills(decision_id=cycle.id),
        recalled=ledger.lessons.get(tuple(ids)), marks=ledger.ideas.marks(cycle.id),
    )  # fmt: skip


def told(
    cycle: Cycle,
    *,
    result: Result | None = None,
    fills: Sequence[Fill] = (),
    recalled: Sequence[Lesson] = (),
    marks: Sequence[Mark] = (),
) -> Decision:
    links = Links(cycle, result, tuple(fills), tuple(recalled))
    snapshot, verdict = cycle.snapshot, cycle.verdict
    return Decision(
        id=cycle.id, symbol=cycle.symbol, headline=say.headline(cycle), verdict=verdict.outcome,
        status=say.status(cycle, result), reason=cycle.reason, digest=cycle.digest, model=models(cycle.models),
        seconds=f"{cycle.seconds:.1f} s", has_snapshot=snapshot is not None, seen=tuple(_seen(cycle)),
        quality=() if snapshot is None else snapshot.quality.reasons, facts=tuple(_facts(links)),
        outside=tuple(_outside(cycle)),
        reports=tuple(statement(report, links) for report in cycle.reports),
        debate=tuple(statement(turn, links) for turn in cycle.debate),
        plans=tuple(statement(plan, links) for plan in links.plans),
        chosen="" if cycle.choice is None else f"{cycle.choice.persona}: {cycle.choice.reason}",
        size=_size(cycle), limits=tuple(_limits(cycle)), ruling=verdict.reason, tally=say.tally(verdict.checks),
        checks=tuple(looked(check) for _, check in links.checks),
        judges=tuple(_judged(one) for one in verdict.judgements), warnings=verdict.warnings,
        approval=tuple(_approval(cycle, marks)), orders=tuple(_orders(cycle)),
        fills=tuple(_filled(fill, cycle) for fill in fills), outcome=tuple(_outcome(cycle, result)),
        lessons=tuple(_learned(lesson) for lesson in (*cycle.lessons, *(result.lessons if result else ()))),
        recalled=tuple(_learned(lesson) for lesson in recalled), spent=tuple(_spent(cycle)),
    )  # fmt: skip


def _seen(cycle: Cycle) -> Iterator[Named]:
    snapshot = cycle.snapshot
    if snapshot is None:
        return
    account, held = snapshot.account, snapshot.account.position
    holding = "none" if held is None else f"{held.side} {say.number(held.quantity)} at {say.price(held.average_price)}"
    yield Named("Price", say.price(snapshot.price))
    yield Named("Regime", snapshot.regime)
    yield Named("Source", snapshot.source)
    yield Named("Data quality", f"{say.number(snapshot.quality.score)} of 100")
    yield Named("Facts", str(len(snapshot.facts)))
    yield Named("Structure events", str(len(snapshot.events)))
    yield Named("Equity", say.price(account.equity))
    yield Named("Position", holding)
    yield Named("Drawdown", say.percent(account.drawdown))


def _facts(links: Links) -> Iterator[FactRow]:
    for fact in links.cycle.facts:
        yield FactRow(
            fact.id, fact.name, say.value(fact), fact.timeframe or "-", say.day(fact.as_of), fact.source,
            ", ".join(links.quoted_by(fact.id)),
        )  # fmt: skip


def _outside(cycle: Cycle) -> Iterator[Named]:
    snapshot = cycle.snapshot
    if snapshot is None:
        return
    texts: tuple[Headline | Document, ...] = (*snapshot.headlines, *snapshot.documents)
    for text in texts:
        yield Named(f"{text.id}, {text.source}, {say.day(text.published_at)}", say.printable(text.text))
    for event in snapshot.calendar:
        yield Named(f"{say.day(event.at)}, {event.importance}", event.name)


def _size(cycle: Cycle) -> str:
    sized = cycle.sized
    if sized is None or not (sized.quantity or sized.limits):
        return ""
    return (
        f"{say.number(sized.quantity)} worth {say.price(sized.notional)}, {say.percent(sized.risk)} of equity at risk "
        f"before costs, by {say.spaced(sized.method)}"
    )


def _limits(cycle: Cycle) -> Iterator[Limited]:
    for event in () if cycle.sized is None else cycle.sized.limits:
        yield Limited(say.spaced(event.limit), say.number(event.before), say.number(event.after), event.reason)


def _judged(judgement: Judgement) -> Judged:
    passages = (
        Named(f"{passage.id}, {say.day(passage.published_at)}", say.printable(passage.text))
        for passage in judgement.passages
        if passage.id in judgement.evidence
    )
    return Judged(
        judgement.judge, judgement.model, judgement.outcome, say.judged(judgement), judgement.reason, tuple(passages)
    )


def _approval(cycle: Cycle, marks: Sequence[Mark]) -> Iterator[Answered]:
    for mark in marks:
        size = "" if mark.quantity is None else f" to at most {say.number(mark.quantity)}"
        yield Answered(say.day(mark.at), mark.by, f"{mark.kind}{size}", mark.reason)
    if cycle.approval is not None and not marks:
        answer = cycle.approval
        yield Answered(say.day(answer.at), answer.by, say.spaced(answer.status), answer.reason)


def _orders(cycle: Cycle) -> Iterator[Ordered]:
    answers = {receipt.client_order_id: receipt for receipt in cycle.receipts}
    for order in cycle.orders:
        answer = answers.get(order.client_order_id)
        yield Ordered(
            order.leg, f"{order.side} {order.type} {say.number(order.quantity)} at {say.price(order.price)}",
            "not sent" if answer is None else f"{answer.status} {answer.reason}".strip(),
        )  # fmt: skip


def _filled(fill: Fill, cycle: Cycle) -> Filled:
    ambiguous = ", stop and target in one bar" if fill.is_ambiguous else ""
    return Filled(
        say.when(fill.at, cycle.timeframe), fill.leg,
        f"{fill.side} {say.number(fill.quantity)} at {say.price(fill.price)}{ambiguous}", f"{fill.fee:,.2f}",
    )  # fmt: skip


def _outcome(cycle: Cycle, result: Result | None) -> Iterator[str]:
    if result is None:
        return
    yield say.outcome(result, cycle.timeframe)
    if result.kind not in ("expired", "not_traded"):
        yield f"profit {result.profit:+,.2f} after costs"
    yield f"the market moved {say.percent(result.market_return, signed=True)} meanwhile"


def _learned(lesson: Lesson) -> Learned:
    right = {True: "right", False: "wrong", None: "no stance"}[lesson.was_right]
    return Learned(lesson.agent, lesson.text, say.day(lesson.learned_at), right)


def _spent(cycle: Cycle) -> Iterator[str]:
    if whole := say.spent(cycle.usage):
        yield whole
    for role in cycle.usage.spent:
        yield f"{role.role}: {say.spent(Usage(spent=(role,)))}"
    for bite in cycle.usage.bites:
        yield say.bite(bite)


def _spoken(cycle: Cycle) -> Iterator[Spoken]:
    drafts = [] if cycle.draft is None else [cycle.draft]
    yield from (*cycle.reports, *cycle.debate, *drafts, *cycle.proposals)
