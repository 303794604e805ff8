"""What happened, in words for people. Secrets are taken out here, before anything is written down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from fks_agents import _wording as say
from fks_agents._redaction import redact
from fks_agents._serving_settings import NoticeKind
from fks_agents.contracts import Bite, Cycle
from memory.decisions import Admission
from memory.halts import Halt
from memory.ideas import Mark
from memory.notices import Notice
from memory.paper import Numbered

_LONGEST = 600
"""Characters of a reason, which may be a model's words."""

_TOLD = {
    "working": "was ordered", "filled": "was ordered and filled", "expired": "has expired",
    "rejected": "was rejected", "halted": "was not sent: trading is halted",
}  # fmt: skip

STOPS = frozenset({"daily_loss", "drawdown", "losing_streak"})
"""Limits that end trading, not only make a trade smaller."""


def notice(kind: NoticeKind, key: str, title: str, lines: Sequence[str], at: datetime) -> Notice:
    text = "\n".join(line for line in lines if line)
    return Notice(kind=kind, key=key[:200], title=_line(title)[:200], text=redact(text)[:4_000], at=at)


def decided(cycle: Cycle, at: datetime) -> Iterator[Notice]:
    """Of a finished decision: a trade that went out or ended, a limit that stopped it, a failure."""
    if cycle.status in _TOLD and cycle.plan is not None:
        by = cycle.approval.by if cycle.approval is not None else "policy"
        how = "by itself" if by == "policy" else f"by {by}"
        title = f"{cycle.symbol} {cycle.timeframe}: {cycle.action} {_TOLD[cycle.status]}"
        if cycle.status in ("working", "filled", "rejected"):
            title += f" {how}"
        yield notice("idea", f"idea/{cycle.id}/{cycle.status}", title, _trade(cycle), at)
    elif cycle.choice is None:
        title = f"{cycle.symbol} {cycle.timeframe}: no decision could be made"
        yield notice("failure", f"failure/{cycle.id}", title, [_line(cycle.reason), _about(cycle)], at)
    for bitten in cycle.sized.limits if cycle.sized is not None else ():
        if bitten.limit in STOPS:
            key = f"limit/{bitten.limit}/{cycle.as_of:%Y-%m-%d}"
            title = f"The limit {say.spaced(bitten.limit)} stops trading"
            yield notice("limit", key, title, [_line(bitten.reason), _about(cycle)], at)


def opened(cycle: Cycle, before: Cycle | None, at: datetime) -> Iterator[Notice]:
    """Of breakers that were not open in the decision before."""
    was_open = {bite.role for bite in _breakers(before)} if before is not None else set()
    for bite in {bite.role: bite for bite in _breakers(cycle)}.values():
        if bite.role not in was_open:
            title = f"The breaker of {bite.role} has opened: its model is left alone"
            yield notice("breaker", f"breaker/{cycle.id}/{bite.role}", title, [_line(bite.reason), _about(cycle)], at)


def waits(cycle: Cycle, mark: Mark, at: datetime) -> Notice:
    """Of a trade that waits for a person."""
    title = f"{cycle.symbol} {cycle.timeframe}: {cycle.action} waits for you"
    return notice("idea", f"idea/{cycle.id}/waits/{mark.number}", title, [_line(mark.reason), *_trade(cycle)], at)


def filled(one: Numbered, at: datetime) -> Notice:
    fill = one.fill
    title = f"{fill.symbol}: {fill.leg} filled, {fill.side} {say.number(fill.quantity)} at {say.price(fill.price)}"
    lines = [
        f"fee {say.price(fill.fee)}, {say.day(fill.at)}, account {one.account}",
        "stop and target lay in the same bar; the worse one was taken" if fill.is_ambiguous else "",
        f"decision {fill.decision_id}",
    ]
    return notice("fill", f"fill/{fill.client_order_id}/{fill.at:%Y%m%dT%H%M%S}", title, lines, at)


def turned(halt: Halt, at: datetime) -> Notice:
    said = "Trading is halted" if halt.is_halted else "Trading goes on"
    key = f"halt/{halt.at.isoformat()}/{halt.by}/{halt.is_halted}"
    return notice("halt", key, f"{said}: {halt.by}", [_line(halt.reason), say.day(halt.at)], at)


def recovered(left: Sequence[Admission], at: datetime) -> Notice:
    """Of a service that takes on what was left unfinished."""
    count = "1 decision" if len(left) == 1 else f"{len(left)} decisions"
    named = ", ".join(f"{each.id} ({each.symbol})" for each in left[:10])
    more = f" and {len(left) - 10} more" if len(left) > 10 else ""
    key = f"recovered/{left[-1].id}/{len(left)}"
    return notice("recovered", key, f"The service has started again and finishes {count}", [named + more], at)


def undelivered(channel: str, title: str, number: int, problem: str, attempts: int, at: datetime) -> Notice:
    """Of a notice that an address did not take; goes to the other addresses."""
    said = f"{channel} did not take it in {attempts} attempts"
    return notice("undelivered", f"undelivered/{channel}/{number}", f"Not sent: {title}", [said, _line(problem)], at)


def _trade(cycle: Cycle) -> list[str]:
    plan, sized = cycle.plan, cycle.sized
    if plan is None or plan.entry is None or plan.stop is None:
        return [_about(cycle)]
    ordered = next((order.quantity for order in cycle.orders if order.leg == "entry"), None)
    quantity = ordered if ordered is not None else sized.quantity if sized is not None else 0.0
    risk = f", {say.percent(sized.risk)} of the equity at risk" if sized is not None else ""
    targets = ", ".join(say.price(target) for target in plan.targets)
    return [
        f"entry {say.price(plan.entry)}, stop {say.price(plan.stop)}, target {targets}",
        f"quantity {say.number(quantity)}{risk}, conviction {plan.conviction:.2f}",
        f"expires {say.day(plan.expires_at)}" if plan.expires_at is not None else "",
        _line(cycle.reason),
        _about(cycle),
    ]


def _about(cycle: Cycle) -> str:
    return f"decision {cycle.id} about {say.day(cycle.as_of)}"


def _breakers(cycle: Cycle) -> list[Bite]:
    return [bite for bite in cycle.usage.bites if bite.phase == "breaker"]


def _line(text: str) -> str:
    """One line without secrets; cut after they are out, so that none is cut in two."""
    whole = " ".join(redact(text).split())
    return whole if len(whole) <= _LONGEST else f"{whole[: _LONGEST - 3]}..."
