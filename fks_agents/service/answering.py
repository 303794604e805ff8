"""Answers to trades that wait for a person, whichever way they come in; whoever listens hears of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from fks_agents.contracts import Cycle
from fks_agents.service.hub import LAST, summary
from fks_agents.service.people import Person
from fks_agents.service.state import Service
from memory.ideas import Mark

State = Literal["waiting", "needs_approval", "auto_executed", "approved", "rejected", "halted", "expired"]


def state_of(cycle: Cycle, marks: Sequence[Mark]) -> State:
    """How a decision to trade stands; `marks` say whether a person was ever asked."""
    match cycle.status:
        case "needs_approval" | "rejected" | "expired" | "halted":
            return cycle.status
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
