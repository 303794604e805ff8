"""From reply text to a validated answer: JSON only, strict, no default filled in, nothing searched for in prose."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from fks_agents.deps import Call, ChatModel, Message
from fks_agents.errors import ModelError
from fks_agents.llm.budget import length
from fks_agents.llm.gates import GateError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

LONGEST = 20_000
"""Characters of a reply beyond which it is refused unread."""


class Answer(BaseModel):
    """What a model may answer: exactly these fields, all of them, of exactly these types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


Shape = TypeVar("Shape", bound=Answer)


class UnreadableError(ModelError):
    """A reply that is no answer. The message quotes it, for the model to see; `fault` does not, for people to read:
    what nobody could check must not reach them as the reason of a decision."""

    def __init__(self, fault: str, quoted: str) -> None:
        super().__init__(quoted)
        self.fault = fault


def ask(
    chat: ChatModel,
    call: Call,
    shape: type[Shape],
    attempts: int,
    *,
    most: int | None = None,
    repairing: Callable[[str], None] = lambda _: None,
) -> tuple[Shape, Call]:
    """The first readable answer of at most `attempts`, and the call extended by what was said until then.

    An unreadable reply is shown to the model with what was wrong, and `repairing` is told; earlier ones are left out
    where the prompt would have more than `most` tokens. Raises GateError when no try is left, or that reply alone makes
    the prompt too long; a call that itself fails is not repeated.
    """
    first = call
    for left in reversed(range(attempts)):
        text = chat.ask(call).text
        try:
            return read(text, shape), follow(call, text)
        except UnreadableError as error:
            if left == 0:
                reason = f"{chat.name}: no readable answer from {call.role} in {attempts} tries: {error.fault}"
                raise GateError("attempts", reason) from None
            repairing(error.fault)
            told = f"That reply cannot be used: {error}. Reply again with one JSON object that fits the schema."
            call = within(most, follow(call, text, told), follow(first, text, told))
    raise GateError("attempts", f"{chat.name}: {call.role} was given no try")


def within(most: int | None, *calls: Call) -> Call:
    """The first of the calls that has at most so many tokens; raises GateError where none has."""
    for call in calls:
        if most is None or length(call) <= most:
            return call
    shortest = min(length(call) for call in calls)
    raise GateError("prompt", f"prompt too long: expected at most {most} tokens, was {shortest} with the last reply")


def follow(call: Call, said: str, answer: str | None = None) -> Call:
    """The call with the model's words, and what it is told about them, added to the conversation."""
    added = [Message(role="assistant", text=said[:LONGEST])]
    if answer is not None:
        added.append(Message(role="user", text=answer))
    return call.model_copy(update={"messages": (*call.messages, *added)})


@cache
def schema_of(shape: type[Answer]) -> dict[str, JsonValue]:
    """JSON schema of an answer; one and the same object each time, not to be changed."""
    schema: dict[str, JsonValue] = shape.model_json_schema()
    return schema


def read(text: str, shape: type[Shape]) -> Shape:
    """Validate one JSON object; raises UnreadableError saying what was expected and what it was."""
    if len(text) > LONGEST:
        fault = f"expected at most {LONGEST} characters, was {len(text)}"
        raise UnreadableError(fault, fault)
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        fault = "expected one JSON object and nothing else"
        raise UnreadableError(fault, f"{fault}, was {text[:60]!r} ({error})") from None
    if not isinstance(value, dict):
        raise UnreadableError("expected a JSON object", f"expected a JSON object, was {text[:60]!r}")
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False)[:5]
        faults = [f"{_field(one)}: {one['msg']}" for one in problems]
        quoted = [
            f"{'.'.join(map(str, one['loc'])) or 'answer'}: {one['msg']}, was {_short(one['input'])}"
            for one in problems
        ]
        raise UnreadableError("; ".join(faults), "; ".join(quoted)) from None


def _field(problem: ErrorDetails) -> str:
    """Which field it is about; the name of one that should not be there is the model's own."""
    known = problem["loc"][:-1] if problem["type"] == "extra_forbidden" else problem["loc"]
    return ".".join(map(str, known)) or "answer"


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError(f"the key {next(n for n in names if names.count(n) > 1)!r} stands twice in one object")
    return dict(pairs)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _short(value: object) -> str:
    return repr(value)[:60]
