"""What became of one decision: its account runs over the bars that have closed since."""

from __future__ import annotations

from pydantic import BaseModel

from fks_agents.contracts import Cycle, Fill, Result
from fks_agents.errors import DataError
from fks_agents.service.state import Service


class Followed(BaseModel):
    id: str
    account: str
    equity: float | None
    """Of the account at the newest bar; None where no bar has closed since it was looked at last."""
    fills: list[Fill]
    """Of this decision, all so far."""
    result: Result | None
    """None while the decision is open."""


def follow(service: Service, cycle: Cycle) -> Followed:
    """Asking again changes nothing. Raises DataError where the newer bars cannot be had."""
    ledger = service.desk.ledger
    account = ledger.decisions.admission(cycle.id).account
    advanced = next((each for each in service.desk.advance(account=account) if each.decision_id == cycle.id), None)
    if advanced is not None and advanced.problem is not None:
        raise DataError(advanced.problem)
    return Followed(
        id=cycle.id, account=account, equity=None if advanced is None else advanced.equity,
        fills=list(ledger.paper.fills(decision_id=cycle.id)), result=ledger.results.result(cycle.id),
    )  # fmt: skip
