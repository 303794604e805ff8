"""What each model can do, found out once and kept on disk: a model is its name and the digest its server reports."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Protocol, runtime_checkable

from pydantic import TypeAdapter, ValidationError

from fks_agents.settings import Settings
from fks_agents.vocabulary import Contract

FILE = "models.json"
_WRITING = Lock()


class Capabilities(Contract):
    """None: nobody said, and nobody has tried."""

    model: str
    """As the user wrote it."""
    digest: str = ""
    """Of the weights, as the server reports it; empty where it reports none, and then nothing is kept."""
    family: str = ""
    size: str = ""
    """Parameters, as the model's author writes them: `3.2B`."""
    context: int | None = None
    """Longest context, in tokens."""
    holds_schema: bool | None = None
    """Whether it kept to a JSON schema when it was tried."""
    tools: bool | None = None
    thinking: bool | None = None

    def told(self) -> str:
        """One line for people."""
        parts = [" ".join(part for part in (self.family, self.size) if part) or "family not told"]
        parts.append("context not told" if self.context is None else f"context {self.context:,}")
        words = {"schema": self.holds_schema, "tools": self.tools, "thinking": self.thinking}
        parts += [f"{word} {_ANSWERS[known]}" for word, known in words.items()]
        return ", ".join(parts)


_ANSWERS = {True: "yes", False: "no", None: "not told"}


@runtime_checkable
class Capable(Protocol):
    """A chat model that knows what it can do."""

    def capabilities(self) -> Capabilities:
        """Raises ConfigError, with the command that helps, where that cannot be found out."""


@dataclass(frozen=True)
class Table:
    """A JSON file in the home folder. It may be deleted: what it says is then found out again."""

    path: Path

    @classmethod
    def of(cls, settings: Settings) -> Table:
        return cls(settings.home / FILE)

    def known(self, model: str, digest: str) -> Capabilities | None:
        return self._read().get(f"{model}@{digest}") if digest else None

    def keep(self, found: Capabilities) -> None:
        """Replaces what was known of the same weights. A folder that cannot be written keeps nothing: the next one
        asks again."""
        if not found.digest:
            return
        with _WRITING:
            kept = self._read() | {f"{found.model}@{found.digest}": found}
            text = json.dumps({key: one.model_dump(mode="json") for key, one in sorted(kept.items())}, indent=1)
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                draft = self.path.with_suffix(f".{os.getpid()}")
                draft.write_text(text + "\n", encoding="utf-8")
                draft.replace(self.path)
            except OSError:
                return

    def _read(self) -> dict[str, Capabilities]:
        try:
            return _KEPT.validate_json(self.path.read_bytes())
        except (OSError, ValidationError):
            return {}


_KEPT = TypeAdapter(dict[str, Capabilities])
