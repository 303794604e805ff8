"""Chat models by name: `rules` (none), `ollama:NAME`, `local:NAME_OR_PATH`, `recorded:NAME_OR_PATH`, or `PROVIDER:NAME`
through LangChain."""

from __future__ import annotations

from fks_agents.llm.budget import Budget
from fks_agents.llm.endpoints import Servers
from fks_agents.llm.governing import budget_for, chats_for
from fks_agents.llm.opening import open_chat, open_chats, preflight
from fks_agents.llm.recorder import Recorder
from fks_agents.llm.scripted import ScriptedChat

__all__ = [
    "Budget", "Recorder", "ScriptedChat", "Servers", "budget_for", "chats_for", "open_chat", "open_chats", "preflight",
]  # fmt: skip
