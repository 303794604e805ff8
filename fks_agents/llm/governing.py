"""Chat models as one decision may use them: recorded, on a budget, given up on when they keep failing, and heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fks_agents.deps import JUDGES, CallLog, ChatModel, ChatRole, Hear
from fks_agents.llm.breaker import Breaker
from fks_agents.llm.budget import Budget, Budgeted, limits_of
from fks_agents.llm.prices import Prices
from fks_agents.llm.purse import Purse, Pursed
from fks_agents.llm.recorder import Recorder
from fks_agents.llm.streaming import Told, heard_by
from fks_agents.settings import Settings
from fks_agents.usage import Limits


def budget_for(settings: Settings, stages: Sequence[Sequence[str]] = (), allowance: Limits | None = None) -> Budget:
    """One decision's budget; `allowance` is what the day leaves of it, `stages` the roles in the order they speak."""
    return Budget(
        allowance or limits_of(settings, "decision"),
        limits_of(settings, "role"),
        stages=stages,
        gives_way=settings.on_budget,
    )


def chats_for(
    decision_id: str,
    chats: Mapping[ChatRole, ChatModel | None],
    log: CallLog,
    settings: Settings,
    *,
    budget: Budget | None = None,
    purse: Purse | None = None,
    stages: Sequence[Sequence[str]] = (),
    prices: Prices | None = None,
    hear: Hear | None = None,
    replaying: bool = False,
    begun: bool = True,
) -> dict[ChatRole, ChatModel | None]:
    """The chats as one decision may use them: recorded, on one budget, and given up on when they keep failing; judges
    pay from `purse` as well.

    The recorder is the outermost, so that a replay meets the refusals of budget and breaker as they were. One model in
    two roles of the desk is one model to the breaker. `hear` is told each piece of what they write now. `begun`
    is False where the decision has asked nothing yet.
    """
    budget = budget or budget_for(settings, stages)
    sharing = settings if settings.call_cache and not replaying else None
    breakers = {id(chat): Breaker(heard_by(hear, chat), stages) for chat in chats.values() if chat is not None}

    def governed(role: ChatRole, chat: ChatModel) -> ChatModel:
        asked: ChatModel = breakers[id(chat)]
        if purse is not None and role in JUDGES:
            asked = Pursed(asked, purse)
        paid = Budgeted(asked, budget, longest=settings.max_answer_tokens, prices=prices)
        return Recorder(
            paid if hear is None else Told(paid, hear),
            log,
            decision_id,
            budget=budget,
            sharing=sharing,
            replaying=replaying,
            begun=begun,
        )

    return {role: chat and governed(role, chat) for role, chat in chats.items()}
