"""From reply text to a validated answer: JSON only, strict, no default filled in, nothing searched for in prose."""

from __future__ import annotations

import json
from typing import NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from fks_agents.deps import Call, ChatModel, Message
from fks_agents.errors import ModelError

LONGEST = 20_000
"""Characters of a reply beyond which it is refused unread."""


class Answer(BaseModel):
    """What a model may answer: exactly these fields, all of them, of exactly these types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


Shape = TypeVar("Shape", bound=Answer)


def ask(chat: ChatModel, call: Call, shape: type[Shape], attempts: int) -> tuple[Shape, Call]:
    """The first readable answer of at most `attempts`, and the call extended by what was said until then.

    An unreadable reply is shown to the model with what was wrong. Raises ModelError when no try is left; a call that
    itself fails is not repeated.
    """
    problem = ""
    for _ in range(attempts):
        text = chat.ask(call).text
        try:
            return read(text, shape), follow(call, text)
        except ModelError as error:
            problem = str(error)
            call = follow(
                call,
                text,
                f"That reply cannot be used: {problem}. Reply again with one JSON object that fits the schema.",
            )
    raise ModelError(f"{chat.name}: no readable answer from {call.role} in {attempts} tries: {problem}")


def follow(call: Call, said: str, answer: str | None = None) -> Call:
    """The call with the model's words, and what it is told about them, added to the conversation."""
    added = [Message(role="assistant", text=said[:LONGEST])]
    if answer is not None:
        added.append(Message(role="user", text=answer))
    return call.model_copy(update={"messages": (*call.messages, *added)})


def schema_of(shape: type[Answer]) -> dict[str, JsonValue]:
    """JSON schema of an answer."""
    schema: dict[str, JsonValue] = shape.model_json_schema()
    return schema


def read(text: str, shape: type[Shape]) -> Shape:
    """Validate one JSON object; raises ModelError saying what was expected and what it was."""
    if len(text) > LONGEST:
        raise ModelError(f"expected at most {LONGEST} characters, was {len(text)}")
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"expected one JSON object and nothing else, was {text[:60]!r} ({error})") from None
    if not isinstance(value, dict):
        raise ModelError(f"expected a JSON object, was {text[:60]!r}")
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False)
        lines = [
            f"{'.'.join(map(str, one['loc'])) or 'answer'}: {one['msg']}, was {_short(one['input'])}"
            for one in problems
        ]
        raise ModelError("; ".join(lines[:5])) from None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError(f"the key {next(n for n in names if names.count(n) > 1)!r} stands twice in one object")
    return dict(pairs)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _short(value: object) -> str:
    return repr(value)[:60]
