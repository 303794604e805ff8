"""A call, a log in memory, and a small server that speaks Ollama's dialect on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
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
    digest: str = "d1"
    is_gone: bool = False
    """Nothing is answered, whatever is asked."""
    probes: int = 0
    """How often it was asked what it has."""
    seen: list[dict[str, Any]] = field(default_factory=list)

    @property
    def chats(self) -> list[dict[str, Any]]:
        """What was asked of a model."""
        return [asked for asked in self.seen if "messages" in asked]

    def says(self, text: str, **how: Any) -> None:
        self.sends(streamed(text, **how))

    def sends(self, sent: Sent, **changes: Any) -> None:
        self.answer = lambda _: replace(sent, **changes)

    def listed(self) -> Sent:
        """What /api/tags says."""
        self.probes += 1
        if self.is_gone:
            return Sent(is_silent=True)
        models = [{"model": f"{name}:latest", "digest": self.digest} for name in self.pulled]
        return Sent((json.dumps({"models": models}).encode(),))

    def shown(self, model: str) -> Sent:
        if self.described is not None:
            return self.described
        if model not in self.pulled:
            return Sent((b'{"error": "not found"}',), 404)
        info = {"general.architecture": "llama"} | (
            {} if self.context is None else {"llama.context_length": self.context}
        )
        details = {"family": "llama", "parameter_size": "3.2B"}
        said = {"model_info": info, "capabilities": self.capabilities, "details": details}
        return Sent((json.dumps(said).encode(),))


@pytest.fixture
def ollama(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeOllama]:
    with listening() as (fake, address):
        monkeypatch.setenv("OLLAMA_HOST", address)
        yield fake


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, fake: FakeOllama, over: threading.Event, *args: Any) -> None:
        self._fake, self._over = fake, over
        super().__init__(*args)

    def do_GET(self) -> None:
        self._send(self._fake.listed() if self.path == "/api/tags" else Sent((b"404 page not found",), 404))

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._fake.seen.append(asked)
        if self._fake.is_gone:
            self._send(Sent(is_silent=True))
        elif self.path == "/api/show":
            self._send(self._fake.shown(asked["model"]))
        else:
            self._send(self._fake.answer(asked))

    def _send(self, sent: Sent) -> None:
        if sent.is_silent:
            self._over.wait()
            return
        self.send_response(sent.status)
        self.send_header("Content-Type", "application/x-ndjson")
        self.end_headers()
        for line in sent.lines:
            self._over.wait(sent.pause)
            try:
                self.wfile.write(line + b"\n")
                self.wfile.flush()
            except OSError:
                return
        if sent.is_hanging:
            self._over.wait()

    def log_message(self, *args: Any) -> None:
        """Be quiet."""


@contextmanager
def listening() -> Iterator[tuple[FakeOllama, str]]:
    """A fake server, and its address."""
    fake, over = FakeOllama(), threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, fake, over))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield fake, f"http://127.0.0.1:{server.server_port}"
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()
