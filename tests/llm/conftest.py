"""A call, a log in memory, and a small server that speaks Ollama's dialect on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
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

    def recorded(self, decision_id: str, key: str) -> Reply | None:
        found = self.kept.get((decision_id, key))
        return found[1] if found else None

    def record(self, decision_id: str, key: str, call: Call, reply: Reply) -> None:
        self.kept[decision_id, key] = (call, reply)


@pytest.fixture
def log() -> Log:
    return Log()


@dataclass
class FakeOllama:
    """What the server says next, and what it was asked."""

    lines: list[bytes] = field(default_factory=list)
    status: int = 200
    pulled: tuple[str, ...] = ("tiny",)
    seen: list[dict[str, Any]] = field(default_factory=list)
    pause: float = 0.0

    def says(self, text: str, *, reason: str = "stop") -> None:
        chunk = {
            "model": "tiny",
            "created_at": "2024-01-01T00:00:00Z",
            "message": {"role": "assistant", "content": text},
        }
        end = {"done": True, "done_reason": reason, "prompt_eval_count": 11, "eval_count": 5}
        empty = {**chunk, "message": {"role": "assistant", "content": ""}, **end}
        self.lines = [json.dumps({**chunk, "done": False}).encode(), json.dumps(empty).encode()]


@pytest.fixture
def ollama(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeOllama]:
    fake = FakeOllama()
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fake.seen.append(asked)
            if self.path == "/api/show":
                known = asked["model"] in fake.pulled
                self._send(200 if known else 404, [b'{"model_info": {}}' if known else b'{"error": "not found"}'])
            else:
                self._send(fake.status, fake.lines)

        def _send(self, status: int, lines: list[bytes]) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/x-ndjson")
            self.end_headers()
            for line in lines:
                over.wait(fake.pause)
                try:
                    self.wfile.write(line + b"\n")
                    self.wfile.flush()
                except OSError:
                    return

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
