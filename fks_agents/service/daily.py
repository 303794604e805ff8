"""The report of a day: what was decided, why not, what filled, what it came to, and how the agents have done so far."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from fks_agents import _wording as say
from fks_agents._redaction import redact
from fks_agents.contracts import Cycle, Fill
from fks_agents.errors import FksError
from fks_agents.service.standing import Agent, standing
from graphs.desk import Desk
from graphs.limiting import effective
from graphs.outcomes import profit
from graphs.worth import Worth, worth

_MOST = 1_000
"""Decisions of one day that are looked at."""

_LOOKED_AT = 200
"""Newest decisions that the agents' record is read off."""

_FEWEST = 10
"""Views with a direction below which nothing is said of how often they were right."""

_SHOWN = 8


class Account(NamedTuple):
    name: str
    points: tuple[Worth, ...]
    """Up to the end of the day; empty where they cannot be worked out."""
    before: float | None
    """Equity when the day began; None where the account was not there."""
    problem: str = ""


class Report(NamedTuple):
    since: datetime
    until: datetime
    zone: ZoneInfo
    decided: Counter[str]
    """`sell, working` -> how many."""
    abstained: Counter[str]
    """`sentiment: no headlines` -> how many."""
    waiting: int
    """Trades that wait for a person now."""
    fills: tuple[Fill, ...]
    realised: float
    """Of trades that ended within the day, after fees."""
    accounts: tuple[Account, ...]
    max_drawdown: float
    max_daily_loss: float
    agents: tuple[Agent, ...]
    """Those with enough views that have an outcome."""
    halt: str = ""
    is_cut: bool = False
    """Whether there were more decisions than are looked at."""


def report(desk: Desk, since: datetime, until: datetime, zone: ZoneInfo) -> Report:
    """Of decisions about, and fills within, the time after `since` up to `until`."""
    ledger, limits = desk.ledger, effective(desk.settings, desk.ledger)
    entries = [
        each for each in ledger.decisions.history(since=since, until=until, limit=_MOST + 1) if each.as_of > since
    ]
    cycles = [ledger.decisions.cycle(entry.id) for entry in entries[:_MOST]]
    names = {each.account for each in entries if each.account != each.id} & set(ledger.paper.accounts())
    fills: list[Fill] = []
    realised = 0.0
    for name in ledger.paper.accounts():
        own = [fill for fill in ledger.paper.fills(account=name) if fill.at <= until]
        today = [fill for fill in own if fill.at > since]
        fills += today
        realised += sum(profit([fill for fill in own if fill.decision_id == ended]) for ended in _ended(today))
        if today or _holds(own):
            names.add(name)
    halt = ledger.halts.current()
    return Report(
        since, until, zone,
        decided=Counter(say.decided(cycle.action, cycle.status) for cycle in cycles),
        abstained=Counter(told for cycle in cycles for told in _abstained(cycle)),
        waiting=len(ledger.ideas.waiting()), fills=tuple(sorted(fills, key=lambda fill: fill.at)), realised=realised,
        accounts=tuple(_account(desk, name, since, until) for name in sorted(names)),
        max_drawdown=limits.max_drawdown, max_daily_loss=limits.max_daily_loss,
        agents=tuple(each for each in standing(desk, _LOOKED_AT).agents if _is_known(each)),
        halt=str(halt) if halt is not None else "", is_cut=len(entries) > _MOST,
    )  # fmt: skip


def text(report: Report) -> str:
    """In words, without secrets."""
    return redact("\n".join(_lines(report)))


def _lines(report: Report) -> Iterator[str]:
    begins, ends = (at.astimezone(report.zone) for at in (report.since, report.until))
    yield f"From {begins:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M} ({report.zone.key})"
    if report.halt:
        yield report.halt[0].upper() + report.halt[1:]
    count = sum(report.decided.values())
    if not count:
        yield "No decision is about this time; each counts on the day it is about, whenever it was made."
    else:
        parts = "; ".join(f"{number} x {what}" for what, number in report.decided.most_common())
        yield f"{'More than ' if report.is_cut else ''}{_counted(count, 'decision')}: {parts}"
    if report.waiting:
        yield f"{_counted(report.waiting, 'trade')} waiting for a person now"
    yield from _few([f"{number} x {what}" for what, number in report.abstained.most_common()], "Without a view:")
    yield from _few([_filled(fill) for fill in report.fills], f"{_counted(len(report.fills), 'fill')}:")
    if any(fill.leg != "entry" for fill in report.fills):
        yield f"Realised by trades that ended: {report.realised:+,.2f} after fees"
    for account in report.accounts:
        yield _worth(account, report)
    if not report.accounts:
        yield "No paper account was used."
    if report.agents:
        yield "How often agents were right so far, of views that had a direction and have an outcome:"
        yield from (_record(agent) for agent in report.agents)
    else:
        yield "Too few decisions have ended to say how often agents are right."
    yield "Paper trading. Figures of one day, and of few trades, say little about the next one."


def _abstained(cycle: Cycle) -> Iterator[str]:
    for one in cycle.reports:
        if one.abstained is not None:
            yield f"{one.analyst}: {' '.join(one.abstained.split())[:120]}"
    plan = cycle.plan
    if plan is None:
        yield f"decision: {' '.join(cycle.reason.split())[:120]}"
    elif plan.abstained is not None:
        yield f"{plan.author}: {' '.join(plan.abstained.split())[:120]}"


def _ended(fills: Sequence[Fill]) -> list[str]:
    """Decisions whose position was left."""
    return list(dict.fromkeys(fill.decision_id for fill in fills if fill.leg != "entry"))


def _holds(fills: Sequence[Fill]) -> bool:
    held = defaultdict[str, float](float)
    for fill in fills:
        held[fill.symbol] += fill.quantity if fill.side == "buy" else -fill.quantity
    return any(abs(quantity) > 1e-9 for quantity in held.values())


def _account(desk: Desk, name: str, since: datetime, until: datetime) -> Account:
    try:
        points = worth(desk, name, until)
    except FksError as error:
        return Account(name, (), None, str(error))
    before = [point.equity for point in points if point.at <= since]
    return Account(name, points, before[-1] if before else None)


def _worth(account: Account, report: Report) -> str:
    if not account.points:
        return f"Account {account.name}: what it is worth cannot be worked out: {account.problem}"
    last = account.points[-1]
    change = ""
    if account.before is not None:
        day = last.equity / account.before - 1.0
        change = (
            f", {say.percent(day, signed=True)} in the day (trading stops at -{say.percent(report.max_daily_loss)})"
        )
    return (
        f"Account {account.name}: equity {last.equity:,.2f}{change}; open profit {last.open_profit:+,.2f} before fees; "
        f"drawdown {say.percent(last.drawdown)} (trading stops at {say.percent(report.max_drawdown)})"
    )


def _is_known(agent: Agent) -> bool:
    return agent.record is not None and agent.record.directional >= _FEWEST and agent.record.share.value is not None


def _record(agent: Agent) -> str:
    record = agent.record
    assert record is not None
    share = record.share
    interval = ""
    if share.low is not None and share.high is not None:
        interval = f", 95 % interval {share.low:.0%} to {share.high:.0%}"
    chance = f"; chance would give {agent.base_rate:.0%}" if agent.base_rate is not None else ""
    return f"  {agent.name}: {record.right} of {record.directional} ({share.value:.0%}{interval}{chance})"


def _filled(fill: Fill) -> str:
    return f"{fill.symbol} {fill.leg}: {fill.side} {say.number(fill.quantity)} at {say.price(fill.price)}"


def _few(lines: Sequence[str], title: str) -> Iterator[str]:
    """The first ones, and how many more there are."""
    if lines:
        yield title
        yield from (f"  {line}" for line in lines[:_SHOWN])
        if len(lines) > _SHOWN:
            yield f"  and {len(lines) - _SHOWN} more"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
