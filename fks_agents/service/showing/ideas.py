"""Trades that wait for a person and what became of others, as a person who has to answer needs to see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, get_args

from fks_agents import _wording as say
from fks_agents.agents.proposal import NAMES
from fks_agents.contracts import Cycle, Proposal, Timeframe
from fks_agents.errors import ConfigError, DataError
from fks_agents.policy import Policy
from fks_agents.service import answering
from fks_agents.service.answering import State, state_of
from fks_agents.service.state import Service
from graphs.approving import Fresh, Keeper, moved_away
from memory.decisions import Entry
from memory.ideas import Mark

MOST = 20
"""Trades that are shown at once for an answer."""

_LONG = timedelta(days=7)
"""Ago, from which on a decision is said to be about the past: no market is closed for so long."""

STATES: tuple[State, ...] = get_args(State)

WORDS: dict[State, str] = {
    "needs_approval": "Needs approval", "waiting": "Being decided", "auto_executed": "Auto-executed",
    "approved": "Approved", "rejected": "Rejected", "halted": "Halted", "expired": "Expired",
}  # fmt: skip


class Step(NamedTuple):
    """Who did what, when and why."""

    at: str
    who: str
    what: str
    why: str


class Idea(NamedTuple):
    id: str
    state: State
    symbol: str
    side: str
    timeframe: Timeframe
    as_of: str
    quantity: float
    """What would be ordered, or was."""
    size: str
    risk: str
    entry: str
    stop: str
    targets: str
    conviction: str
    age: str
    """Since a person was asked, else since it was asked for; empty where that is not on record."""
    expires: str
    """`in 4 d 20 h`; empty where it is not to be answered any more."""
    price: str
    """Of the newest bar; empty where nobody asked for it."""
    obstacle: str
    """Why an approval would be refused as things stand; empty where nothing is known against it."""
    why: str
    """A person is asked, or what became of it."""
    reason: str
    """To trade: the plan's."""
    origin: str
    """Who proposed it: `TradingView`; empty where our own agents did."""
    comment: str
    """That came with the proposal; text from outside."""
    past: str
    """That it is about a day long gone; empty where it is not."""
    steps: tuple[Step, ...]


class UnderWay(NamedTuple):
    """A decision that is being made: nobody knows yet whether it will be a trade."""

    id: str
    symbol: str
    timeframe: Timeframe
    as_of: str
    asked_by: str


def waiting(service: Service, limit: int = MOST) -> tuple[Idea, ...]:
    """Those a person has to answer, longest first: the first `limit`, as each is held against the newest price."""
    desk, found = service.desk, []
    halted = Keeper(desk).halted() or ""
    for cycle in desk.approvals.waiting(limit):
        marks, now = desk.ledger.ideas.marks(cycle.id), desk.clock.now()
        admission = desk.ledger.decisions.admission(cycle.id)
        obstacle = halted or opposed(cycle, admission.account, desk.ledger.decisions.open_decisions(admission.account))
        try:
            fresh = desk.approvals.fresh(admission)
        except (ConfigError, DataError) as error:  # its source may be gone, or have nothing new
            found.append(idea(cycle, marks, now, proposed=admission.proposed, obstacle=obstacle or str(error)))
        else:
            found.append(idea(cycle, marks, now, fresh, proposed=admission.proposed, obstacle=obstacle))
    return tuple(found)


def opposed(cycle: Cycle, account: str, open_ones: Sequence[Entry]) -> str:
    """Why its account would refuse it: a trade the other way goes on there; empty where none does."""
    for entry in open_ones:
        is_at_work = entry.symbol == cycle.symbol and entry.status in ("working", "filled")
        if is_at_work and entry.action in ("buy", "sell") and entry.action != cycle.action:
            return (
                f"decision {entry.id}, a {entry.action} of {entry.symbol}, goes on in account {account!r}; "
                f"a {cycle.action} would net against it"
            )
    return ""


def unsent(cycle: Cycle) -> str:
    """Why an answered trade was not sent although it was let go; empty where it was, or was not let go."""
    is_stopped = cycle.status in ("refused", "halted", "expired")
    return f"{cycle.symbol}: not sent, {cycle.status}: {cycle.reason}" if is_stopped else ""


def ended(service: Service, state: State, limit: int = 30) -> tuple[Idea, ...]:
    """Those that came to this, newest first, among the newest `limit` decisions to trade."""
    ledger, now, found = service.desk.ledger, service.desk.clock.now(), []
    for cycle in answering.ended(ledger, state, limit):
        asked, proposed = ledger.requests.of(cycle.id), ledger.decisions.admission(cycle.id).proposed
        asked_at = asked.asked_at if asked is not None else None
        found.append(idea(cycle, ledger.ideas.marks(cycle.id), now, proposed=proposed, asked_at=asked_at))
    return tuple(found)


def when_asked(policy: Policy) -> str:
    """About which trades a person is asked."""
    terms = policy.unattended
    conditions = [
        f"would lose more than {say.percent(terms.below_risk)} of the equity at the stop" * (terms.below_risk < 1.0),
        f"have a conviction below {terms.above_conviction:.2f}" * (terms.above_conviction > 0.0),
    ]
    about = " or ".join(filter(None, conditions))
    asks = f"asks a person about trades that {about}" if about else "asks nobody: what the gate lets through goes out"
    return f"The policy {policy.name!r} {asks}. The setting `policy` names another; docs/judges.md explains them."


def under_way(service: Service) -> tuple[UnderWay, ...]:
    found = answering.under_way(service.desk.ledger)
    askers = service.desk.ledger.requests.askers([each.id for each in found])
    return tuple(
        UnderWay(each.id, each.symbol, each.timeframe, say.day(each.as_of), askers.get(each.id, "")) for each in found
    )


def idea(
    cycle: Cycle,
    marks: Sequence[Mark],
    now: datetime,
    fresh: Fresh | None = None,
    *,
    obstacle: str = "",
    proposed: Proposal | None = None,
    asked_at: datetime | None = None,
) -> Idea:
    """Of a decision to trade. `fresh`: the newest price, and what time it is at its market."""
    plan, sized = cycle.plan, cycle.sized
    state = state_of(cycle, marks)
    quantity = _quantity(cycle, marks)
    risk = sized.risk * quantity / sized.quantity if sized is not None and sized.quantity else 0.0
    entry = plan.entry if plan is not None else None
    since = marks[0].at if marks else asked_at
    comment = proposed.comment if proposed is not None else None
    if fresh is not None and plan is not None:
        obstacle = obstacle or moved_away(plan, fresh.price) or ""
    return Idea(
        id=cycle.id, state=state, symbol=cycle.symbol, side=cycle.action, timeframe=cycle.timeframe,
        as_of=say.day(cycle.as_of), quantity=quantity,
        size=say.number(quantity) + (f" worth {say.price(quantity * entry)}" if entry is not None else ""),
        risk=say.percent(risk), entry=_price(entry), stop=_price(plan.stop if plan is not None else None),
        targets=", ".join(say.price(target) for target in plan.targets) if plan is not None else "-",
        conviction=f"{plan.conviction:.2f}" if plan is not None else "-",
        age=span(now - since) if since is not None else "", expires=_expires(cycle, state, fresh),
        price=say.price(fresh.price) if fresh is not None else "", obstacle=obstacle,
        why=cycle.approval.reason if state == "needs_approval" and cycle.approval is not None else cycle.reason,
        reason=plan.reason if plan is not None else "",
        origin=NAMES[proposed.origin] if proposed is not None else "",
        comment=say.printable(comment.text) if comment is not None else "",
        past=f"It is about {say.day(cycle.as_of)}, {span(now - cycle.as_of)} ago." if now - cycle.as_of > _LONG else "",
        steps=tuple(_step(mark) for mark in marks) or _without_a_person(cycle),
    )  # fmt: skip


def span(length: timedelta) -> str:
    """`4 d 20 h`, `3 h 12 min`, `45 min`, `30 s`."""
    seconds = max(int(length.total_seconds()), 0)
    days, hours, minutes = seconds // 86_400, seconds // 3_600 % 24, seconds // 60 % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{seconds} s"


def _quantity(cycle: Cycle, marks: Sequence[Mark]) -> float:
    """The size, as far as nobody made it smaller."""
    sized = cycle.sized.quantity if cycle.sized is not None else 0.0
    given = [mark.quantity for mark in marks if mark.quantity is not None]
    return min([sized, *given])


def _expires(cycle: Cycle, state: State, fresh: Fresh | None) -> str:
    """By the time at the market: in a file, and for a decision about the past, it stands still."""
    plan = cycle.plan
    if state != "needs_approval" or plan is None or plan.expires_at is None or fresh is None:
        return ""
    left = plan.expires_at - fresh.as_of
    return f"in {span(left)}" if left > timedelta() else "now"


def _price(value: float | None) -> str:
    return "-" if value is None else say.price(value)


def _step(mark: Mark) -> Step:
    size = "" if mark.quantity is None else f" to at most {say.number(mark.quantity)}"
    return Step(say.day(mark.at), mark.by, f"{mark.kind}{size}", mark.reason)


def _without_a_person(cycle: Cycle) -> tuple[Step, ...]:
    answer = cycle.approval
    if answer is None:
        return ()
    return (Step(say.day(answer.at), answer.by, say.spaced(answer.status), answer.reason),)
