"""Which models are kin: two of one family tend to make the same mistakes, and to like their own words."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fks_agents.deps import JUDGES, ChatModel, ChatRole

_LETTERS = re.compile(r"[a-z]+")


def family(name: str) -> str:
    """The first word of a name: `llama` of `ollama:llama3.2:3b`, `qwen` of `local:/models/Qwen2.5-1.5b.gguf`."""
    model = name.partition(":")[2] or name
    found = _LETTERS.search(model.replace("\\", "/").rpartition("/")[2].lower())
    return found.group() if found else model


def kinship(chats: Mapping[ChatRole, ChatModel | None]) -> tuple[str, ...]:
    """One line for each judge model that is, or is kin to, a model whose words it judges."""
    speakers = {chat.name for role, chat in chats.items() if role not in JUDGES and chat is not None}
    judging = {chat.name for role, chat in chats.items() if role in JUDGES and chat is not None}
    lines = []
    for judge in sorted(judging):
        if judge in speakers:
            lines.append(f"{judge} judges its own words: name another model in model_judge")
        elif kin := sorted(name for name in speakers if family(name) == family(judge)):
            lines.append(f"the judge {judge} is of the family of {kin[0]}, whose words it judges")
    return tuple(lines)
