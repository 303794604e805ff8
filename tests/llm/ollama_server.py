"""A server on loopback that speaks Ollama's chat API over llama.cpp: what an unmodified Ollama client needs, no more.

Like Ollama it takes `num_ctx` from the request, never says that it shortened a prompt (it refuses instead), and holds
the answer to the JSON schema in `format`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CREATED = "2024-01-01T00:00:00Z"
TRAINED_CONTEXT = 8_192
"""Of SmolLM2."""

_OPTIONS = {"temperature": "temperature", "seed": "seed", "num_predict": "max_tokens", "top_p": "top_p"}


@dataclass
class Model:
    """One GGUF file, read again when another context is asked for, as Ollama does it."""

    path: Path
    threads: int = 1
    asked: list[dict[str, Any]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _read: tuple[int, Any] | None = None

    def chat(self, asked: dict[str, Any], tell: Callable[[dict[str, Any]], None]) -> None:
        """Tell each chunk of the reply in Ollama's dialect."""
        options = asked.get("options") or {}
        request: dict[str, Any] = {theirs: options[ours] for ours, theirs in _OPTIONS.items() if ours in options}
        request |= {"messages": asked["messages"], "repeat_penalty": options.get("repeat_penalty", 1.1)}
        request |= {"stream": True, "stream_options": {"include_usage": True}, "cache_prompt": False}
        if isinstance(asked.get("format"), dict):
            request["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "out", "schema": asked["format"]},
            }
        end: dict[str, Any] = {"done": True, "done_reason": "stop"}

        def heard(piece: dict[str, Any]) -> bool:
            if "error" in piece:
                end.clear()
                tell({"error": str(piece["error"].get("message"))})
                return True
            if usage := piece.get("usage"):
                end.update(prompt_eval_count=usage["prompt_tokens"], eval_count=usage["completion_tokens"])
            for choice in piece.get("choices", ()):
                end["done_reason"] = choice.get("finish_reason") or end["done_reason"]
                if said := (choice.get("delta") or {}).get("content"):
                    tell(self._chunk(asked, said) | {"done": False})
            return False

        with self._lock:
            self.asked.append(asked)
            self._server(min(options.get("num_ctx", 4_096), TRAINED_CONTEXT)).handle_chat_completions(request, heard)
        if end:
            tell(self._chunk(asked, "") | end)

    def _chunk(self, asked: dict[str, Any], said: str) -> dict[str, Any]:
        return {"model": asked["model"], "created_at": CREATED, "message": {"role": "assistant", "content": said}}

    def _server(self, context: int) -> Any:
        from xllamacpp import CommonParams, Server

        if self._read is None or self._read[0] != context:
            params = CommonParams()
            params.model.path = str(self.path)
            params.n_ctx = context
            params.n_parallel = 1
            params.cpuparams.n_threads = params.cpuparams_batch.n_threads = self.threads
            params.warmup = False
            params.verbosity = -1
            self._read = context, Server(params)
        return self._read[1]


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, models: dict[str, Model], *args: Any) -> None:
        self._models = models
        super().__init__(*args)

    def do_GET(self) -> None:
        match self.path:
            case "/api/version":
                self._send(200, {"version": "0.12.0"})
            case "/api/tags":
                self._send(200, {"models": [{"name": name, "model": name} for name in self._models]})
            case _:
                self._send(404, {"error": "404 page not found"})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        model = self._models.get(str(asked.get("model")).removesuffix(":latest"))
        if model is None:
            self._send(404, {"error": f"model {asked.get('model')!r} not found"})
        elif self.path == "/api/show":
            info = {"general.architecture": "llama", "llama.context_length": TRAINED_CONTEXT}
            self._send(200, {"model_info": info, "capabilities": ["completion"], "details": {"format": "gguf"}})
        elif self.path == "/api/chat":
            self._send(200)
            model.chat(asked, self._line)
        else:
            self._send(404, {"error": "404 page not found"})

    def _send(self, status: int, body: dict[str, Any] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/x-ndjson")
        self.end_headers()
        if body is not None:
            self._line(body)

    def _line(self, said: dict[str, Any]) -> None:
        try:
            self.wfile.write(json.dumps(said).encode() + b"\n")
            self.wfile.flush()
        except OSError:
            self.close_connection = True  # whoever asked has gone

    def log_message(self, *args: Any) -> None:
        """Be quiet."""


@contextmanager
def serving(models: dict[str, Model]) -> Iterator[str]:
    """The address of a server of these models, by name, for as long as the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, models))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
