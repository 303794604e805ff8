"""Chat models by name: `rules` (none), `ollama:NAME`, `local:NAME_OR_PATH`, `recorded:NAME_OR_PATH`, or `PROVIDER:NAME`
through LangChain.

Each is loaded when it is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from fks_agents.deps import CallLog, ChatModel, ChatRole
from fks_agents.errors import UsageError
from fks_agents.llm.breaker import Breaker
from fks_agents.llm.budget import Budget, Budgeted
from fks_agents.llm.recorder import Recorder
from fks_agents.llm.scripted import ScriptedChat
from fks_agents.settings import Settings

__all__ = ["Budget", "Recorder", "ScriptedChat", "chats_for", "open_chat", "preflight"]


@runtime_checkable
class Preflighted(Protocol):
    """A chat model that can say before the first call why it would not answer."""

    def preflight(self) -> None:
        """Raises ConfigError with the command that helps."""


def open_chat(name: str, settings: Settings) -> ChatModel | None:
    """The chat model of that name, or None for `rules`: each role's own deterministic view.

    Raises UsageError listing the forms for any other name, ConfigError naming what to install. Contacts nothing.
    """
    if name == "rules":
        return None
    provider, separator, model = name.partition(":")
    if not separator or not provider or not model:
        raise UsageError(
            f"unknown model {name!r}; expected `rules`, `ollama:NAME`, `local:NAME_OR_PATH`, `recorded:NAME_OR_PATH` or "
            "`PROVIDER:NAME` (LangChain's)"
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


def chats_for(
    decision_id: str,
    chats: Mapping[ChatRole, ChatModel | None],
    log: CallLog,
    settings: Settings,
    *,
    replaying: bool = False,
) -> dict[ChatRole, ChatModel | None]:
    """The chats as one decision may use them: recorded, on one token budget, and given up on when they keep failing.

    The recorder is the outermost, so that a replay meets the refusals of budget and breaker as they were.
    """
    budget = Budget(settings.max_tokens_per_decision)
    return {
        role: chat and Recorder(Budgeted(Breaker(chat), budget), log, decision_id, replaying=replaying)
        for role, chat in chats.items()
    }
