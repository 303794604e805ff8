"""Chat models by name: `rules` (none), `ollama:NAME`, `local:NAME_OR_PATH`, `recorded:NAME_OR_PATH`, or `PROVIDER:NAME`
through LangChain.

Each is loaded when it is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Protocol, get_args, runtime_checkable

from fks_agents.deps import JUDGES, CallLog, ChatModel, ChatRole, Hear
from fks_agents.errors import UsageError
from fks_agents.llm.breaker import Breaker
from fks_agents.llm.budget import Budget, Budgeted, limits_of
from fks_agents.llm.prices import Prices
from fks_agents.llm.purse import Purse, Pursed
from fks_agents.llm.recorder import Recorder
from fks_agents.llm.scripted import ScriptedChat
from fks_agents.llm.streaming import Told, heard_by
from fks_agents.settings import Settings
from fks_agents.usage import Limits

__all__ = ["Budget", "Recorder", "ScriptedChat", "budget_for", "chats_for", "open_chat", "open_chats", "preflight"]


@runtime_checkable
class Preflighted(Protocol):
    """A chat model that can say before the first call why it would not answer."""

    def preflight(self) -> None:
        """Raises ConfigError with the command that helps."""


def open_chats(settings: Settings) -> dict[ChatRole, ChatModel | None]:
    """The chat model of each role; roles with the same model share it, and what is known of its servers."""
    opened = cache(lambda name: open_chat(name, settings))
    return {role: opened(settings.named_model(role)) for role in get_args(ChatRole)}


def open_chat(name: str, settings: Settings) -> ChatModel | None:
    """The chat model of that name, or None for `rules`: each role's own deterministic view.

    Raises UsageError listing the forms for any other name, ConfigError naming what to install. Contacts nothing.
    """
    if name == "rules":
        return None
    provider, separator, model = name.partition(":")
    if not separator or not provider or not model:
        raise UsageError(
            f"unknown model {name!r}; expected `rules`, `ollama:NAME`, `local:NAME_OR_PATH`, "
            "`recorded:NAME_OR_PATH` or `PROVIDER:NAME` (LangChain's)"
        )
    if provider == "recorded":
        from fks_agents.llm.recorded import open_recorded

        return open_recorded(name)
    if provider == "ollama":
        from fks_agents.llm.ollama import open_ollama

        return open_ollama(name, settings)
    if provider == "local":
        from fks_agents.llm.local import open_local

        return open_local(name, settings)
    from fks_agents.llm.langchain import open_langchain

    return open_langchain(name, settings)


def preflight(chat: ChatModel | None) -> None:
    """Raises ConfigError, in one line with the next command, where the model would not answer now."""
    if isinstance(chat, Preflighted):
        chat.preflight()


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
) -> dict[ChatRole, ChatModel | None]:
    """The chats as one decision may use them: recorded, on one budget, and given up on when they keep failing; judges
    pay from `purse` as well.

    The recorder is the outermost, so that a replay meets the refusals of budget and breaker as they were. One model in
    two roles of the desk is one model to the breaker. `hear` is told each piece of what they write now.
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
        )

    return {role: chat and governed(role, chat) for role, chat in chats.items()}
