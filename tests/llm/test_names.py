"""A model is a name; a wrong one is refused with what would be right."""

from __future__ import annotations

import sys

import pytest

from fks_agents.deps import Call
from fks_agents.errors import ConfigError, ModelError, UsageError
from fks_agents.llm import ScriptedChat, chats_for, open_chat, preflight
from fks_agents.settings import Settings
from tests.llm.conftest import Log


def test_rules_is_no_model() -> None:
    assert open_chat("rules", Settings()) is None
    preflight(None)


@pytest.mark.parametrize("name", ["gpt-4o", "", "ollama:", ":tiny", "rule", "local:"])
def test_an_unknown_form_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(UsageError, match="expected `rules`, `ollama:NAME`, `local:NAME_OR_PATH`, `recorded:"):
        open_chat(name, Settings())


def test_an_unknown_provider_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"unknown model 'nowhere:x'; .*anthropic"):
        open_chat("nowhere:x", Settings())


def test_a_missing_provider_package_names_what_to_install() -> None:
    with pytest.raises(ConfigError, match="pip install langchain-anthropic"):
        open_chat("anthropic:claude", Settings())


def test_a_missing_ollama_client_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "langchain_ollama", None)
    with pytest.raises(ConfigError, match=r"pip install 'fks-agents\[ollama\]'"):
        open_chat("ollama:tiny", Settings())


def test_a_decision_s_chats_are_recorded_and_share_one_budget(call: Call, log: Log) -> None:
    settings = Settings(max_tokens_per_decision=1_000, max_answer_tokens=64)
    long = "y" * 3_900  # 975 tokens of reply: after it, no room for another prompt
    other = call.model_copy(update={"role": "bull"})
    quick, deep = ScriptedChat(long), ScriptedChat("never said")
    chats = chats_for("d1", {"quick": quick, "deep": deep}, log, settings)
    assert chats["quick"] is not None
    assert chats["deep"] is not None
    assert chats["quick"].ask(call).text == long
    assert [reply.text for _, reply in log.kept.values()] == [long]
    # spent: 9 / 4 -> 3 and 40 / 4 -> 10 tokens asked, 975 answered = 988; 13 more and the longest answer, 64, are 77
    with pytest.raises(ModelError, match="token budget of the decision: 988 spent, 77 more wanted, limit 1000"):
        chats["deep"].ask(other)
    assert deep.asked == []
    # the refusal is in the record too: a replay meets it without a budget of its own
    replayed = chats_for("d1", {"quick": quick, "deep": deep}, log, Settings(), replaying=True)
    assert replayed["deep"] is not None
    with pytest.raises(ModelError, match="token budget of the decision: 988 spent"):
        replayed["deep"].ask(other)


def test_rules_stay_rules_in_a_decision_s_chats(log: Log) -> None:
    assert chats_for("d1", {"quick": None, "deep": None}, log, Settings()) == {"quick": None, "deep": None}
