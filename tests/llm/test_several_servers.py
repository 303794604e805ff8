"""One model on several servers: the one that answers is recorded, the one that does not is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from fks_agents.deps import Call, ChatModel, Piece, Streaming
from fks_agents.errors import ConfigError, ModelError
from fks_agents.llm import open_chat, preflight
from fks_agents.llm.recorder import key_of
from fks_agents.settings import Settings
from tests.llm.conftest import FakeOllama, Sent, listening, streamed

pytestmark = [pytest.mark.real, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

Pair = tuple[tuple[FakeOllama, str], tuple[FakeOllama, str]]


@pytest.fixture
def servers() -> Iterator[Pair]:
    with listening() as first, listening() as second:
        first[0].says('{"view": "first"}')
        second[0].says('{"view": "second"}')
        yield first, second


def opened(servers: Pair, **more: object) -> ChatModel:
    addresses = tuple(address for _, address in servers)
    settings = Settings.model_validate({"model_endpoints": addresses, "model_timeout": 5.0} | more)
    chat = open_chat("ollama:tiny", settings)
    assert chat is not None
    return chat


def test_the_server_that_answered_is_recorded_and_no_part_of_the_key(servers: Pair, call: Call) -> None:
    (first, one), (_, two) = servers
    chat, key = opened(servers), key_of(call)
    assert (chat.ask(call).endpoint, key_of(call)) == (one, key)
    first.sends(Sent(status=503))
    reply = chat.ask(call)
    assert (reply.text, reply.endpoint, key_of(call)) == ('{"view": "second"}', two, key)


def test_calls_spread_over_the_servers(servers: Pair, call: Call) -> None:
    for fake, _ in servers:
        fake.sends(streamed('{"view": "up"}'), pause=0.05)
    chat = opened(servers, model_concurrency=2)
    with ThreadPoolExecutor(4) as executor:
        list(executor.map(lambda _: chat.ask(call), range(8)))
    assert all(len(fake.chats) >= 2 for fake, _ in servers)


@pytest.mark.parametrize(
    "fault",
    [
        Sent(status=500),
        Sent((b'{"error": "model not found"}',), 404),
        Sent((b"<html>",)),
        Sent(streamed('{"view').lines[:1]),
        Sent(),
    ],
    ids=["500", "no such model", "no Ollama", "breaks off", "nothing"],
)
def test_where_one_fails_the_next_one_answers(fault: Sent, servers: Pair, call: Call) -> None:
    (first, _), (second, two) = servers
    first.sends(fault)
    chat = opened(servers)
    assert [chat.ask(call).endpoint for _ in range(4)] == [two] * 4
    assert (len(first.chats), len(second.chats)) == (1, 4)


def test_with_one_server_the_same_fault_is_a_failed_call(servers: Pair, call: Call) -> None:
    first, _ = servers
    first[0].sends(Sent(status=500))
    with pytest.raises(ModelError, match="the call of technical failed"):
        opened((first, first), model_endpoints=(first[1],)).ask(call)


def test_a_request_that_no_server_would_take_rests_none(servers: Pair, call: Call) -> None:
    (first, one), (second, _) = servers
    first.sends(Sent((b'{"error": "unknown format"}',), 400))
    chat = opened(servers)
    with pytest.raises(ModelError, match="unknown format"):
        chat.ask(call)
    first.says('{"view": "first"}')
    assert chat.ask(call).endpoint == one
    assert second.chats == []


def test_an_answer_that_is_no_good_is_not_asked_elsewhere(servers: Pair, call: Call) -> None:
    (first, _), (second, _) = servers
    first.says("")
    with pytest.raises(ModelError, match="was empty"):
        opened(servers).ask(call)
    assert second.chats == []


def test_words_of_a_try_that_broke_off_are_void(servers: Pair, call: Call) -> None:
    (first, _), _ = servers
    first.sends(replace(streamed('{"view": "wrong'), lines=streamed('{"view": "wrong').lines[:1]))
    chat, pieces = opened(servers), list[Piece]()
    assert isinstance(chat, Streaming)
    assert chat.heard_by(pieces.append).ask(call).text == '{"view": "second"}'
    assert [(piece.text, piece.is_first) for piece in pieces] == [
        ('{"view": "wrong', True),
        ('{"view": "second"}', True),
    ]


def test_one_server_that_runs_is_enough_to_begin(servers: Pair) -> None:
    (_, one), (second, two) = servers
    preflight(opened(servers, model_endpoints=("http://127.0.0.1:9", two)))
    second.pulled = ()
    with pytest.raises(
        ConfigError, match=f"at {two} is not there yet; get it with `OLLAMA_HOST={two} ollama pull tiny`"
    ):
        preflight(opened(servers, model_endpoints=("http://127.0.0.1:9", two)))
    with pytest.raises(ConfigError, match=r"at http://127\.0\.0\.1:9: Ollama is not running"):
        preflight(opened(servers, model_endpoints=("http://127.0.0.1:9",)))
    preflight(opened(servers, model_endpoints=(one,)))
