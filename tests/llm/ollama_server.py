"""A server on loopback that speaks Ollama's API over llama.cpp, for unmodified Ollama clients.

Like Ollama it takes `num_ctx` from the request and reads the weights again where it changes, holds the answer to the
JSON schema in `format`, keeps a model for as long as `keep_alive` says, and lists what it has and what is loaded. Other
than Ollama it refuses a prompt that does not fit, and never shortens one.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CREATED = "2024-01-01T00:00:00Z"
FOREVER = "2318-01-01T00:00:00Z"
TRAINED_CONTEXT = 8_192
"""Of SmolLM2."""

DETAILS = {"format": "gguf", "family": "llama", "parameter_size": "134.52M", "quantization_level": "Q4_1"}

_OPTIONS = {"temperature": "temperature", "seed": "seed", "num_predict": "max_tokens", "top_p": "top_p"}


@dataclass
class Model:
    """One GGUF file, read again when another context is asked for, as Ollama does it."""

    path: Path
    threads: int = 1
    is_pulled: bool = True
    asked: list[dict[str, Any]] = field(default_factory=list)
    kept_for: str = ""
    """The last `keep_alive` it was asked with; empty while it is not loaded."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _read: tuple[int, Any] | None = None

    @property
    def digest(self) -> str:
        return sha256(f"{self.path.name} {self.path.stat().st_size}".encode()).hexdigest()

    def listed(self, name: str) -> dict[str, Any]:
        """As `/api/tags` and `/api/ps` tell it."""
        size = self.path.stat().st_size
        return {
            "name": f"{name}:latest", "model": f"{name}:latest", "modified_at": CREATED, "size": size,
            "digest": self.digest, "details": DETAILS,
        }  # fmt: skip

    def loaded(self, name: str) -> list[dict[str, Any]]:
        if not self.kept_for or self._read is None:
            return []
        return [{**self.listed(name), "expires_at": FOREVER, "size_vram": 0, "context_length": self._read[0]}]

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
            self.kept_for = str(asked.get("keep_alive", "5m"))
            if self.kept_for == "0":
                self.kept_for, self._read = "", None
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
                self._send(200, {"models": [model.listed(name) for name, model in self._pulled()]})
            case "/api/ps":
                self._send(200, {"models": [one for name, model in self._pulled() for one in model.loaded(name)]})
            case _:
                self._send(404, {"error": "404 page not found"})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        model = self._models.get(str(asked.get("model")).removesuffix(":latest"))
        if self.path == "/api/pull" and model is not None:
            model.is_pulled = True
            self._send(200)
            self._line({"status": "success"})
        elif model is None or not model.is_pulled:
            self._send(404, {"error": f"model {asked.get('model')!r} not found"})
        elif self.path == "/api/show":
            info = {"general.architecture": "llama", "llama.context_length": TRAINED_CONTEXT}
            self._send(200, {"model_info": info, "capabilities": ["completion"], "details": DETAILS})
        elif self.path == "/api/chat":
            self._send(200)
            model.chat(asked, self._line)
        else:
            self._send(404, {"error": "404 page not found"})

    def _pulled(self) -> list[tuple[str, Model]]:
        return [(name, model) for name, model in self._models.items() if model.is_pulled]

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
