"""A chat model by its name, or those of a whole desk; each kind is loaded when it is chosen."""

from __future__ import annotations

from functools import cache
from typing import Protocol, get_args, runtime_checkable

from fks_agents.deps import ChatModel, ChatRole
from fks_agents.errors import UsageError
from fks_agents.llm.endpoints import Servers
from fks_agents.settings import Settings


@runtime_checkable
class Preflighted(Protocol):
    """A chat model that can say before the first call why it would not answer."""

    def preflight(self) -> None:
        """Raises ConfigError with the command that helps."""


def open_chats(settings: Settings, servers: Servers | None = None) -> dict[ChatRole, ChatModel | None]:
    """The chat model of each role; roles with the same model share it, and what is known of its servers.

    Models that are opened with the same `servers` share their turns there, and what is known of them.
    """
    own = servers or Servers()
    opened = cache(lambda name: open_chat(name, settings, own))
    return {role: opened(settings.named_model(role)) for role in get_args(ChatRole)}


def open_chat(name: str, settings: Settings, servers: Servers | None = None) -> ChatModel | None:
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

        return open_ollama(name, settings, servers or Servers())
    if provider == "local":
        from fks_agents.llm.local import open_local

        return open_local(name, settings)
    from fks_agents.llm.langchain import open_langchain

    return open_langchain(name, settings, servers or Servers())


def preflight(chat: ChatModel | None) -> None:
    """Raises ConfigError, in one line with the next command, where the model would not answer now."""
    if isinstance(chat, Preflighted):
        chat.preflight()
