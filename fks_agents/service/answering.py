"""Answers to trades that wait for a person, whichever way they come in; whoever listens hears of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from fks_agents.contracts import Cycle, Status
from fks_agents.service.hub import LAST, summary
from fks_agents.service.people import Person
from fks_agents.service.state import Service
from memory.decisions import Admission
from memory.ideas import Mark
from memory.ledger import Ledger

State = Literal["waiting", "needs_approval", "auto_executed", "approved", "rejected", "halted", "expired"]


ENDED: dict[State, tuple[Status, ...]] = {
    "auto_executed": ("working", "filled"), "approved": ("working", "filled"), "rejected": ("rejected", "refused"),
    "halted": ("halted",), "expired": ("expired",),
}  # fmt: skip
"""State -> the statuses among which its decisions are."""


def ended(ledger: Ledger, state: State, limit: int) -> tuple[Cycle, ...]:
    """Those that came to this, newest first, among the newest `limit` decisions to trade of each status."""
    entries = [
        entry
        for status in ENDED.get(state, ())
        for action in ("buy", "sell")
        for entry in ledger.decisions.history(action=action, status=status, limit=limit)
    ]
    newest = sorted(entries, key=lambda entry: -entry.sequence)[:limit]
    return tuple(
        ledger.decisions.cycle(entry.id)
        for entry in newest
        if _state(entry.status, ledger.ideas.marks(entry.id)) == state
    )


def under_way(ledger: Ledger) -> tuple[Admission, ...]:
    """Decisions that are being made, or wait for their turn."""
    return ledger.decisions.unfinished(besides=ledger.ideas.waiting())


def state_of(cycle: Cycle, marks: Sequence[Mark]) -> State:
    """How a decision to trade stands; `marks` say whether a person was ever asked."""
    return _state(cycle.status, marks)


def _state(status: Status, marks: Sequence[Mark]) -> State:
    match status:
        case "needs_approval" | "rejected" | "expired" | "halted":
            return status
        case "working" | "filled":
            return "approved" if marks else "auto_executed"
    return "rejected"


def approve(service: Service, decision_id: str, person: Person, reason: str = "") -> Cycle:
    """Look at it again with the newest price and account, then send it. Raises RefusedError with the reason."""
    return _ended(service, service.desk.approvals.approve(decision_id, by=person.name, reason=reason))


def reject(service: Service, decision_id: str, person: Person, reason: str) -> Cycle:
    return _ended(service, service.desk.approvals.reject(decision_id, by=person.name, reason=reason))


def modify(service: Service, decision_id: str, person: Person, quantity: float, reason: str = "") -> Cycle:
    """Make it smaller; it still waits. Raises UsageError where it would grow."""
    return service.desk.approvals.modify(decision_id, by=person.name, quantity=quantity, reason=reason)


def _ended(service: Service, cycle: Cycle) -> Cycle:
    service.hub.tell(cycle.id, LAST, summary(cycle))
    return cycle
