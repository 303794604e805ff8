"""A finished decision's snapshot with another model: what else is needed is played from the record, nothing is sent.

The other model's calls are kept beside the decision's own, by their keys, so that asking again costs nothing; failures
are not kept, for the next time they may be none. The cycle that comes out is no decision: it is not in the history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fks_agents.contracts import AccountView, Approval, Cycle, OrderIntent, Receipt, Utc
from fks_agents.deps import Call, CallLog, ChatModel, ChatRole, Deps, Reply
from fks_agents.llm.budget import Budget
from fks_agents.settings import Settings


@dataclass(frozen=True)
class Beside:
    """The record of calls, for one that is no decision."""

    calls: CallLog

    def recorded(self, decision_id: str, key: str) -> Reply | None:
        known = self.calls.recorded(decision_id, key)
        if known is None or known.failure:
            return None
        return known.model_copy(update={"cached": True, "seconds": 0.0, "money": None})

    def record(self, decision_id: str, key: str, call: Call, reply: Reply, *, shared: str = "") -> None:
        if not reply.failure:
            self.calls.record(decision_id, key, call, reply, shared=shared)

    def shared(self, shared: str) -> Reply | None:
        return self.calls.shared(shared)


@dataclass(frozen=True)
class Silent:
    """The account as it was, and a broker that sends nothing."""

    account_view: AccountView

    def account(self, symbol: str, as_of: Utc) -> AccountView:
        del symbol, as_of
        return self.account_view

    def known(self, bracket: Sequence[OrderIntent]) -> tuple[Receipt, ...] | None:
        return self.place(bracket)

    def place(self, bracket: Sequence[OrderIntent]) -> tuple[Receipt, ...]:
        return tuple(
            Receipt(client_order_id=intent.client_order_id, status="working", reason="nothing was sent")
            for intent in bracket
        )

    def intend(self, intents: Sequence[OrderIntent]) -> tuple[OrderIntent, ...]:
        return tuple(intents)

    def receipts(self, decision_id: str) -> tuple[Receipt, ...]:
        del decision_id
        return ()

    def receive(self, answers: Sequence[Receipt]) -> None:
        del answers


@dataclass(frozen=True)
class LetGo:
    """Nobody is asked about an order that is not sent."""

    at: Utc

    def halted(self) -> str | None:
        return None

    def answered(self, decision_id: str) -> Approval | None:
        del decision_id
        return Approval(status="not_needed", by="nobody", at=self.at, reason="nothing is sent")


def with_model(settings: Settings, model: str) -> Settings:
    """The settings with that model in every role but the judges'."""
    return settings.having(model=model, model_quick="", model_deep="")


def silent(recorded: Deps, original: Cycle, chats: dict[ChatRole, ChatModel | None], budget: Budget) -> Deps:
    """What a rerun may reach: the record, and models."""
    assert original.snapshot is not None
    broker = Silent(original.snapshot.account)
    return replace(
        recorded, chats=chats, budget=budget, broker=broker, intents=broker, gatekeeper=LetGo(original.as_of)
    )
