"""Words that a real model said once, played again: `recorded:NAME_OR_PATH`.

A recording answers the very questions it was asked and no others. Facts, checks, limits and orders around the words are
computed when it plays, so that a recording shows a desk at work without the model, and can prove nothing by itself.
"""

from __future__ import annotations

import json
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Self

from pydantic import JsonValue, ValidationError

from fks_agents.contracts import Timeframe, Utc
from fks_agents.deps import Call, ChatModel, Reply
from fks_agents.errors import ConfigError, DataError, ModelError
from fks_agents.vocabulary import Contract

SHIPPED = Path(__file__).parent / "recordings"


class Answer(Contract):
    """One question, by its digest, and what the model said to it."""

    question: str
    role: str
    reply: Reply


class Recording(Contract):
    """One decision's words, and what it takes to ask the same questions again."""

    name: str = ""
    """What a shipped one is called: its file's name."""
    model: str
    """Who spoke, as people call it."""
    symbol: str
    source: str
    timeframe: Timeframe
    as_of: Utc
    settings: dict[str, JsonValue]
    """Settings that shape the questions, where they differ from the defaults."""
    answers: tuple[Answer, ...]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Raises DataError where the file is no recording."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error).splitlines()[0]
            raise DataError(f"{path}: expected a recording of a model's words, was not one: {reason}") from None

    def save(self, path: Path) -> Path:
        text = json.dumps(self.model_dump(mode="json"), indent=1, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")
        return path


class PlayedChat:
    """A chat model that gives the recorded replies, failures included; raises ModelError to any other question."""

    def __init__(self, name: str, recording: Recording) -> None:
        self.name = name
        self.recording = recording

    @cached_property
    def _replies(self) -> dict[str, Reply]:
        return {answer.question: answer.reply for answer in self.recording.answers}

    def ask(self, call: Call) -> Reply:
        reply = self._replies.get(question(call))
        if reply is None:
            raise ModelError(
                f"{self.name} has no answer to this question of {call.role}: it plays {self.recording.symbol} at "
                f"{self.recording.as_of:%Y-%m-%d} with its own settings only"
            )
        if reply.failure:
            raise ModelError(reply.failure)
        return reply


def question(call: Call) -> str:
    """sha256 of what was asked: all of the call but the model's name, which a recording plays under its own."""
    return sha256(call.model_dump_json(exclude={"model"}).encode()).hexdigest()


def names() -> tuple[str, ...]:
    """The recordings that are shipped, sorted."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.json")))


def shipped(name: str) -> Recording:
    """Raises ConfigError listing the known ones."""
    if name not in names():
        raise ConfigError(f"unknown recording {name!r}; known are {', '.join(names()) or 'none'}, or the path of one")
    return Recording.load(SHIPPED / f"{name}.json").model_copy(update={"name": name})


def open_recorded(name: str) -> ChatModel:
    """`recorded:NAME` of a shipped one, or `recorded:PATH`."""
    wanted = name.partition(":")[2]
    path = Path(wanted).expanduser()
    is_file = wanted not in names() and (path.suffix == ".json" or path.exists())
    return PlayedChat(name, Recording.load(path) if is_file else shipped(wanted))


_: type[ChatModel] = PlayedChat
