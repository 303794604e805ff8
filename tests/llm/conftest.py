"""A call, a log in memory, and a small server that speaks Ollama's dialect on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from fks_agents.deps import Call, Message, Reply

ANSWER_SCHEMA: dict[str, Any] = {"type": "object", "properties": {"view": {"type": "string"}}, "required": ["view"]}


@pytest.fixture
def call() -> Call:
    return Call(
        model="ollama:tiny",
        role="technical",
        messages=(Message(role="system", text="be honest"), Message(role="user", text="x" * 40)),
        answer_schema=ANSWER_SCHEMA,
        parameters={"temperature": 0.0, "seed": 7},
    )


@dataclass
class Log:
    """The recorder's memory, in a dict."""

    kept: dict[tuple[str, str], tuple[Call, Reply]] = field(default_factory=dict)
    named: dict[str, Reply] = field(default_factory=dict)

    def recorded(self, decision_id: str, key: str) -> Reply | None:
        found = self.kept.get((decision_id, key))
        return found[1] if found else None

    def record(self, decision_id: str, key: str, call: Call, reply: Reply, *, shared: str = "") -> None:
        self.kept[decision_id, key] = (call, reply)
        if shared:
            self.named.setdefault(shared, reply)

    def shared(self, shared: str) -> Reply | None:
        return self.named.get(shared)


@pytest.fixture
def log() -> Log:
    return Log()


@dataclass(frozen=True)
class Sent:
    """One answer of the server: lines, each after a pause of so many seconds."""

    lines: tuple[bytes, ...] = ()
    status: int = 200
    pause: float = 0.0
    is_silent: bool = False
    """Not even a status line comes."""
    is_hanging: bool = False
    """The connection stays open after the last line."""


def streamed(text: str, *, reason: str = "stop", read: int = 11, written: int = 5, **message: Any) -> Sent:
    """A reply in Ollama's dialect: one line with the text, one with the end and the counts."""
    chunk = {"model": "tiny", "created_at": "2024-01-01T00:00:00Z"}
    said = {"role": "assistant", "content": text, **message}
    end = {"done": True, "done_reason": reason, "prompt_eval_count": read, "eval_count": written}
    lines = (
        {**chunk, "message": said, "done": False},
        {**chunk, "message": {"role": "assistant", "content": ""}, **end},
    )
    return Sent(tuple(json.dumps(line).encode() for line in lines))


@dataclass
class FakeOllama:
    """What the server says to each request, and what it was asked."""

    answer: Callable[[dict[str, Any]], Sent] = lambda _: Sent()
    pulled: tuple[str, ...] = ("tiny",)
    capabilities: tuple[str, ...] = ("completion",)
    context: int | None = None
    """What /api/show says is the longest context."""
    described: Sent | None = None
    """What /api/show says instead of the truth."""
    seen: list[dict[str, Any]] = field(default_factory=list)

    def says(self, text: str, **how: Any) -> None:
        self.sends(streamed(text, **how))

    def sends(self, sent: Sent, **changes: Any) -> None:
        self.answer = lambda _: replace(sent, **changes)

    def shown(self, model: str) -> Sent:
        if self.described is not None:
            return self.described
        if model not in self.pulled:
            return Sent((b'{"error": "not found"}',), 404)
        info = {"general.architecture": "llama"} | (
            {} if self.context is None else {"llama.context_length": self.context}
        )
        return Sent((json.dumps({"model_info": info, "capabilities": self.capabilities}).encode(),))


@pytest.fixture
def ollama(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeOllama]:
    fake = FakeOllama()
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fake.seen.append(asked)
            if self.path == "/api/show":
                self._send(fake.shown(asked["model"]))
            else:
                self._send(fake.answer(asked))

        def _send(self, sent: Sent) -> None:
            if sent.is_silent:
                over.wait()
                return
            self.send_response(sent.status)
            self.send_header("Content-Type", "application/x-ndjson")
            self.end_headers()
            for line in sent.lines:
                over.wait(sent.pause)
                try:
                    self.wfile.write(line + b"\n")
                    self.wfile.flush()
                except OSError:
                    return
            if sent.is_hanging:
                over.wait()

        def log_message(self, *args: Any) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    monkeypatch.setenv("OLLAMA_HOST", f"http://127.0.0.1:{server.server_port}")
    yield fake
    over.set()
    server.shutdown()
    thread.join()
    server.server_close()
