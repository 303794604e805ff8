"""What orders wait for: every step before them is on disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fks_agents.contracts import OrderIntent, Receipt
from fks_agents.deps import IntentLog
from fks_agents.errors import LedgerError


class UnkeptStepError(LedgerError):
    """A step could not be written or read, and the decision is not over."""


@dataclass(frozen=True)
class AfterSteps:
    """Intents that are committed once the steps of their decision are kept: a resumed decision must not look at the
    account again after it has ordered."""

    log: IntentLog
    keep: Callable[[str], None]
    """Waits for the steps of a decision; raises UnkeptStepError."""

    def intend(self, intents: Sequence[OrderIntent]) -> tuple[OrderIntent, ...]:
        for decision_id in sorted({intent.decision_id for intent in intents}):
            self.keep(decision_id)
        return self.log.intend(intents)

    def receive(self, answers: Sequence[Receipt]) -> None:
        self.log.receive(answers)

    def receipts(self, decision_id: str) -> tuple[Receipt, ...]:
        return self.log.receipts(decision_id)
