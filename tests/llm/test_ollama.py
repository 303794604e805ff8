"""The real client against a server on loopback: what a local model server does wrong is a ModelError, never a view."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fks_agents.deps import Call, ChatModel
from fks_agents.errors import ConfigError, ModelError
from fks_agents.llm import open_chat, preflight
from fks_agents.llm.capabilities import Capable
from fks_agents.llm.endpoints import Endpoints
from fks_agents.llm.langchain import LangChainChat
from fks_agents.llm.rehearsal import rehearse
from fks_agents.settings import Settings
from tests.llm.conftest import ANSWER_SCHEMA, FakeOllama, Sent, streamed

pytestmark = [pytest.mark.real, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]


def opened(name: str = "ollama:tiny", timeout: float = 5.0) -> ChatModel:
    chat = open_chat(name, Settings(model_timeout=timeout))
    assert chat is not None
    return chat


def through_langchain() -> ChatModel:
    from langchain.chat_models import init_chat_model

    chat = init_chat_model("tiny", model_provider="ollama", num_predict=99)
    return LangChainChat("x:tiny", {"": chat}, Endpoints([""], 4), Settings())


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
    ollama.sends(Sent(tuple(lines)))
    with pytest.raises(ModelError, match="ollama:tiny: "):
        opened().ask(call)


@pytest.mark.parametrize("status", [404, 500, 503])
def test_a_refusing_server_is_an_error(status: int, ollama: FakeOllama, call: Call) -> None:
    ollama.sends(Sent((json.dumps({"error": "broken"}).encode(),), status))
    with pytest.raises(ModelError, match="the call of technical failed: ResponseError: broken"):
        opened().ask(call)


def test_a_silent_server_runs_into_the_timeout(ollama: FakeOllama, call: Call) -> None:
    ollama.sends(streamed("{}"), pause=5.0)
    with pytest.raises(ModelError, match="the call of technical failed: ReadTimeout"):
        opened(timeout=0.2).ask(call)


def test_a_server_that_drips_runs_into_the_timeout(ollama: FakeOllama, call: Call) -> None:
    ollama.sends(Sent(streamed("u").lines[:1] * 50, pause=0.05))
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


def test_a_model_stays_loaded_between_calls(ollama: FakeOllama, call: Call) -> None:
    ollama.says("{}")
    opened().ask(call)
    assert ollama.seen[-1]["keep_alive"] == "30m"


def test_what_a_thinking_model_thinks_is_kept_apart(ollama: FakeOllama, call: Call) -> None:
    ollama.capabilities = ("completion", "thinking")
    ollama.says('{"view": "up"}', thinking="the trend is up")
    reply = opened().ask(call)
    assert (reply.text, reply.reasoning) == ('{"view": "up"}', "the trend is up")
    asked = ollama.seen[-1]
    assert asked["think"] is True
    # thoughts of three times an answer, and the answer: 4 x 2048; two refused answers in the prompt: 2 x 2048
    assert (asked["options"]["num_predict"], asked["options"]["num_ctx"]) == (8_192, 8_000 + 4_096 + 8_192)


def test_thinking_can_be_switched_off(ollama: FakeOllama, call: Call) -> None:
    ollama.capabilities = ("completion", "thinking")
    ollama.says("{}")
    chat = open_chat("ollama:tiny", Settings(model_thinking=False))
    assert chat is not None
    chat.ask(call)
    assert (ollama.seen[-1]["think"], ollama.seen[-1]["options"]["num_predict"]) == (False, 2_048)


def test_thoughts_that_use_up_the_answer_are_an_error(ollama: FakeOllama, call: Call) -> None:
    ollama.capabilities = ("thinking",)
    ollama.says("", thinking="hm " * 10, reason="length")
    with pytest.raises(ModelError, match="cut off after 29 characters of thought, before any answer"):
        opened().ask(call)


def test_thoughts_without_an_answer_are_an_error(ollama: FakeOllama, call: Call) -> None:
    ollama.says("<think>up or down</think>")
    with pytest.raises(ModelError, match="was empty after 10 characters of thought"):
        opened().ask(call)


def test_the_context_is_no_longer_than_the_model_can_read(ollama: FakeOllama, call: Call) -> None:
    ollama.context = 4_096
    ollama.says("{}")
    opened().ask(call)
    assert ollama.seen[-1]["options"]["num_ctx"] == 4_096


def test_a_prompt_that_does_not_fit_is_not_sent(ollama: FakeOllama, call: Call) -> None:
    ollama.context = 2_060  # 13 tokens of prompt and 2048 of answer are 2061
    ollama.says("{}")
    with pytest.raises(ModelError, match=r"about 13 tokens.*at most 2048 do not fit the context of 2060"):
        opened().ask(call)
    assert [list(asked) for asked in ollama.seen] == [["model"]]


def test_a_prompt_the_server_shortened_is_an_error(ollama: FakeOllama, call: Call) -> None:
    ollama.says('{"view": "up"}', read=6)
    with pytest.raises(ModelError, match="was shortened: about 13 tokens sent, 6 read"):
        opened().ask(call)
    ollama.says('{"view": "up"}', read=7)
    assert opened().ask(call).text


def test_a_context_filled_to_the_end_is_an_error(ollama: FakeOllama, call: Call) -> None:
    ollama.context = 4_096
    ollama.says('{"view": "up"}', read=4_090, written=6)
    with pytest.raises(ModelError, match="4090 tokens read and 6 written fill the context of 4096"):
        opened().ask(call)


def test_a_server_that_does_not_describe_its_models_fails_the_preflight(ollama: FakeOllama) -> None:
    ollama.described = Sent((b"<html>",))
    with pytest.raises(ConfigError, match="expected Ollama's API, was something else"):
        preflight(opened())


def test_a_server_that_does_not_answer_fails_the_preflight(ollama: FakeOllama) -> None:
    ollama.described = Sent(is_silent=True)
    with pytest.raises(ConfigError, match="runs but does not answer"):
        preflight(opened(timeout=0.2))


def test_a_rehearsal_takes_the_path_of_the_calls(ollama: FakeOllama) -> None:
    ollama.says('{"is_ready": true}', read=40)
    rehearse(opened(), Settings())
    assert ollama.seen[-1]["format"]["required"] == ["is_ready"]
    ollama.says("I am ready.", read=40)
    with pytest.raises(ModelError, match="does not keep to a JSON schema: expected one JSON object"):
        rehearse(opened(), Settings())


def test_what_a_model_can_do_is_found_out_once_for_its_weights(ollama: FakeOllama, call: Call) -> None:
    ollama.context, ollama.capabilities = 4_096, ("completion", "tools")
    ollama.says("{}")
    opened().ask(call)
    again = opened()
    again.ask(call)
    assert isinstance(again, Capable)
    told = again.capabilities()
    assert (told.family, told.size, told.context) == ("llama", "3.2B", 4_096)
    assert (told.tools, told.thinking, told.holds_schema) == (True, False, None)
    assert len(ollama.seen) - len(ollama.chats) == 1
    ollama.digest = "d2"  # pulled anew
    ollama.context = 8_192
    opened().ask(call)
    assert ollama.chats[-1]["options"]["num_ctx"] == 8_192


def test_a_rehearsal_is_remembered(ollama: FakeOllama) -> None:
    ollama.says('{"is_ready": true}', read=40)
    rehearse(opened(), Settings())
    told = opened()
    assert isinstance(told, Capable)
    assert told.capabilities().told() == "llama 3.2B, context not told, schema yes, tools no, thinking no"


def test_a_home_that_cannot_be_written_costs_a_question_and_no_answer(
    ollama: FakeOllama, call: Call, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    ollama.says('{"view": "up"}')
    for _ in range(2):
        chat = open_chat("ollama:tiny", Settings(home=tmp_path / "file"))
        assert chat is not None
        assert chat.ask(call).text
    assert len(ollama.seen) - len(ollama.chats) == 2


@pytest.mark.parametrize("kept", ["", "[]", '{"ollama:tiny@d1": {"model": 3}}', "\x00"])
def test_a_broken_table_is_found_out_again(kept: str, ollama: FakeOllama, call: Call) -> None:
    path = Settings().home / "models.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(kept)
    ollama.says("{}")
    ollama.context = 4_096
    opened().ask(call)
    assert ollama.chats[-1]["options"]["num_ctx"] == 4_096
    assert '"context": 4096' in path.read_text()
