"""A model behind an OpenAI-compatible server: held to the schema, told while it writes, broken off or whole."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from typing import Any

import pytest

from fks_agents.deps import Call, ChatModel, Piece, Streaming
from fks_agents.errors import ModelError
from fks_agents.llm import open_chat
from fks_agents.settings import Settings

pytestmark = [
    pytest.mark.real,
    pytest.mark.enable_socket,
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(find_spec("langchain_openai") is None, reason="needs langchain-openai"),
]

WORDS = ('{"vi', 'ew": ', '"up"}')


class FakeOpenAI:
    """Streams these words; `reason` is None where the stream breaks off."""

    def __init__(self) -> None:
        self.words: tuple[str, ...] = WORDS
        self.reason: str | None = "stop"
        self.status = 200
        self.seen: list[dict[str, Any]] = []


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, fake: FakeOpenAI, *args: Any) -> None:
        self._fake = fake
        super().__init__(*args)

    def do_POST(self) -> None:
        fake = self._fake
        fake.seen.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(fake.status)
        self.send_header("Content-Type", "text/event-stream" if fake.status == 200 else "application/json")
        self.end_headers()
        if fake.status != 200:
            self.wfile.write(b'{"error": {"message": "broken"}}')
            return
        for word in fake.words:
            self._tell({"choices": [{"index": 0, "delta": {"role": "assistant", "content": word}}]})
        if fake.reason is not None:
            self._tell({"choices": [{"index": 0, "delta": {}, "finish_reason": fake.reason}]})
            self._tell({"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 5, "total_tokens": 16}})
            self.wfile.write(b"data: [DONE]\n\n")

    def _tell(self, said: dict[str, Any]) -> None:
        chunk = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "tiny", **said}
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, *args: Any) -> None:
        """Be quiet."""


@pytest.fixture
def server() -> Iterator[tuple[FakeOpenAI, str]]:
    fake = FakeOpenAI()
    http = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, fake))
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield fake, f"http://127.0.0.1:{http.server_port}/v1"
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.fixture
def openai(server: tuple[FakeOpenAI, str]) -> FakeOpenAI:
    return server[0]


@pytest.fixture
def chat(server: tuple[FakeOpenAI, str], monkeypatch: pytest.MonkeyPatch) -> ChatModel:
    monkeypatch.setenv("OPENAI_API_KEY", "none needed")
    settings = Settings(model_endpoints=(f"openai={server[1]}", "http://elsewhere:11434"), model_timeout=5.0)
    opened = open_chat("openai:tiny", settings)
    assert opened is not None
    return opened


def test_the_list_of_servers_is_the_provider_s_own(chat: ChatModel, server: tuple[FakeOpenAI, str], call: Call) -> None:
    reply = chat.ask(call)
    assert (reply.text, reply.endpoint) == ("".join(WORDS), server[1])
    assert (reply.input_tokens, reply.output_tokens) == (11, 5)
    asked = server[0].seen[-1]
    assert asked["response_format"]["json_schema"]["schema"]["properties"] == {"view": {"type": "string"}}
    assert (asked["temperature"], asked["seed"], asked["stream_options"]) == (0.0, 7, {"include_usage": True})


def test_a_sample_has_a_seed_and_a_temperature_of_its_own(chat: ChatModel, openai: FakeOpenAI, call: Call) -> None:
    chat.ask(call.model_copy(update={"parameters": {"temperature": 0.7, "seed": 9}}))
    assert (openai.seen[-1]["temperature"], openai.seen[-1]["seed"]) == (0.7, 9)


def test_words_are_told_while_they_are_written(chat: ChatModel, call: Call) -> None:
    pieces: list[Piece] = []
    assert isinstance(chat, Streaming)
    reply = chat.heard_by(pieces.append).ask(call)
    assert tuple(piece.text for piece in pieces) == WORDS
    assert [piece.is_first for piece in pieces] == [True, False, False]
    assert reply.text == "".join(WORDS)


def test_a_stream_that_breaks_off_is_a_failure_and_no_answer(chat: ChatModel, openai: FakeOpenAI, call: Call) -> None:
    openai.reason = None
    with pytest.raises(ModelError, match="openai:tiny: the reply to technical broke off after 14 characters"):
        chat.ask(call)


@pytest.mark.parametrize(
    ("words", "reason", "why"),
    [(("",), "stop", "was empty"), ((), "stop", "ValidationError"), (WORDS[:1], "length", "length limit was reached")],
)
def test_what_is_no_answer_says_why(
    words: tuple[str, ...], reason: str, why: str, chat: ChatModel, openai: FakeOpenAI, call: Call
) -> None:
    openai.words, openai.reason = words, reason
    with pytest.raises(ModelError, match=why):
        chat.ask(call)


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_a_refusing_server_is_a_failed_call(status: int, chat: ChatModel, openai: FakeOpenAI, call: Call) -> None:
    openai.status = status
    with pytest.raises(ModelError, match="the call of technical failed"):
        chat.ask(call)
    assert len(openai.seen) == 1
