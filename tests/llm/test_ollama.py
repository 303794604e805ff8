"""The real client against a server on loopback: what a local model server does wrong is a ModelError, never a view."""

from __future__ import annotations

import json

import pytest

from fks_agents.deps import Call, ChatModel
from fks_agents.errors import ConfigError, ModelError
from fks_agents.llm import open_chat, preflight
from fks_agents.llm.langchain import LangChainChat
from fks_agents.settings import Settings
from tests.llm.conftest import ANSWER_SCHEMA, FakeOllama

pytestmark = [pytest.mark.real, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]


def opened(name: str = "ollama:tiny", timeout: float = 5.0) -> ChatModel:
    chat = open_chat(name, Settings(model_timeout=timeout))
    assert chat is not None
    return chat


def through_langchain() -> ChatModel:
    from langchain.chat_models import init_chat_model

    return LangChainChat("x:tiny", init_chat_model("tiny", model_provider="ollama", num_predict=99))


@pytest.mark.parametrize("make", [opened, through_langchain])
def test_a_reply_carries_text_usage_and_latency(make: object, ollama: FakeOllama, call: Call) -> None:
    ollama.says('{"view": "up"}')
    chat = opened() if make is opened else through_langchain()
    reply = chat.ask(call)
    assert (reply.text, reply.input_tokens, reply.output_tokens) == ('{"view": "up"}', 11, 5)
    assert reply.seconds > 0
    asked = ollama.seen[-1]
    assert asked["format"]["properties"] == ANSWER_SCHEMA["properties"]
    assert asked["messages"][0] == {"role": "system", "content": "be honest"}
    assert "tools" not in asked or not asked["tools"]


def test_settings_reach_the_server(ollama: FakeOllama, call: Call) -> None:
    ollama.says("{}")
    opened().ask(call)
    options = ollama.seen[-1]["options"]
    assert (options["temperature"], options["seed"], options["num_predict"]) == (0.0, 7, 2048)
    assert options["num_ctx"] == 8_000 + 3 * 2_048
    assert ollama.seen[-1]["think"] is False


def test_an_empty_reply_is_an_error(ollama: FakeOllama, call: Call) -> None:
    ollama.says("")
    with pytest.raises(ModelError, match="expected a reply to technical, was empty"):
        opened().ask(call)


def test_a_reply_cut_off_is_an_error(ollama: FakeOllama, call: Call) -> None:
    ollama.says('{"view": "u', reason="length")
    with pytest.raises(ModelError, match="was cut off after 11 characters"):
        opened().ask(call)


def test_an_endless_reply_is_an_error(ollama: FakeOllama, call: Call) -> None:
    ollama.says("G" * 30_000)
    with pytest.raises(ModelError, match="expected at most 20000 characters"):
        opened().ask(call)


@pytest.mark.parametrize(
    "lines",
    [[b"not json"], [b"\xff\xfe"], [b'{"error": "out of memory"}'], [b"null"], []],
    ids=["prose", "bad utf-8", "error line", "null", "nothing"],
)
def test_broken_transport_is_an_error(lines: list[bytes], ollama: FakeOllama, call: Call) -> None:
    ollama.lines = lines
    with pytest.raises(ModelError, match="ollama:tiny: "):
        opened().ask(call)


@pytest.mark.parametrize("status", [404, 500, 503])
def test_a_refusing_server_is_an_error(status: int, ollama: FakeOllama, call: Call) -> None:
    ollama.status, ollama.lines = status, [json.dumps({"error": "broken"}).encode()]
    with pytest.raises(ModelError, match="the call of technical failed: ResponseError: broken"):
        opened().ask(call)


def test_a_silent_server_runs_into_the_timeout(ollama: FakeOllama, call: Call) -> None:
    ollama.says("{}")
    ollama.pause = 5.0
    with pytest.raises(ModelError, match="the call of technical failed: ReadTimeout"):
        opened(timeout=0.2).ask(call)


def test_a_server_that_drips_runs_into_the_timeout(ollama: FakeOllama, call: Call) -> None:
    ollama.says("u")
    ollama.lines = ollama.lines[:1] * 50
    ollama.pause = 0.05
    with pytest.raises(ModelError, match=r"waited 0\.3 s for a reply that did not end"):
        opened(timeout=0.3).ask(call)


def test_a_model_that_is_there_passes_the_preflight(ollama: FakeOllama) -> None:
    preflight(opened())
    assert ollama.seen == [{"model": "tiny"}]


def test_a_model_that_was_not_pulled_names_the_command(ollama: FakeOllama) -> None:
    ollama.pulled = ()
    with pytest.raises(ConfigError, match="get it with `ollama pull tiny`"):
        preflight(opened())


def test_a_server_that_is_not_running_names_the_command(monkeypatch: pytest.MonkeyPatch, call: Call) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")
    with pytest.raises(ConfigError, match="Ollama is not running; start it with `ollama serve`"):
        preflight(opened())
    with pytest.raises(ModelError, match="the call of technical failed"):
        opened().ask(call)
