from __future__ import annotations

import pytest

from fks_agents.deps import ChatModel, ChatRole
from fks_agents.llm.families import family, kinship
from fks_agents.llm.scripted import ScriptedChat


@pytest.mark.parametrize(
    ("name", "kin"),
    [
        ("ollama:llama3.2:3b", "llama"),
        ("ollama:qwen3:8b", "qwen"),
        ("ollama:hf.co/bartowski/Qwen2.5-GGUF:Q4", "qwen"),
        ("local:smollm2", "smollm"),
        ("local:/models/Qwen2.5-1.5B-Instruct.gguf", "qwen"),
        ("openai:gpt-4o-mini", "gpt"),
        ("anthropic:claude-x", "claude"),
        ("scripted", "scripted"),
    ],
)
def test_a_family_is_the_first_word_of_the_model(name: str, kin: str) -> None:
    assert family(name) == kin


def told(speaker: str, judge: str) -> tuple[str, ...]:
    chats: dict[ChatRole, ChatModel | None] = {
        "quick": None, "deep": ScriptedChat("x", name=speaker), "judge": ScriptedChat("x", name=judge)
    }  # fmt: skip
    return kinship(chats)


def test_a_model_that_judges_itself_or_its_kin_is_told() -> None:
    assert told("ollama:a", "ollama:a") == ("ollama:a judges its own words: name another model in model_judge",)
    assert told("ollama:llama3:8b", "openai:llama-4") == (
        "the judge openai:llama-4 is of the family of ollama:llama3:8b, whose words it judges",
    )
    assert told("ollama:llama3:8b", "ollama:qwen3:8b") == ()


def test_without_a_judge_there_is_nothing_to_tell() -> None:
    assert kinship({"quick": ScriptedChat("x"), "deep": ScriptedChat("x"), "judge": None}) == ()
