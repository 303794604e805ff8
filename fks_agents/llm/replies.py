"""What came back from a model, as a reply; or why it is none. Every kind of model answers through here."""

from __future__ import annotations

import re

from fks_agents.deps import Call, Reply
from fks_agents.errors import ModelError
from fks_agents.llm.structured import LONGEST

CUT_OFF = frozenset({"length", "max_tokens", "MAX_TOKENS"})
"""How servers say that an answer ended at its limit and not where the model wanted."""

_UNDECODABLE = "\N{REPLACEMENT CHARACTER}"
"""What HTTP clients put where bytes are no UTF-8, without a word."""

_THOUGHTS = re.compile(r"\A\s*<(think|thinking)>(.*?)</\1>", re.DOTALL)
_UNCLOSED = re.compile(r"\A\s*<think(ing)?>")


def reply(
    name: str,
    call: Call,
    text: str,
    *,
    seconds: float,
    ended: str | None = None,
    reasoning: str = "",
    input_tokens: int = 0,
    output_tokens: int = 0,
    endpoint: str = "",
) -> Reply:
    """Thoughts before the answer are kept apart; `ended` is the server's reason for the end.

    Raises ModelError where the answer is missing, empty, cut off or too long.
    """
    if thoughts := _THOUGHTS.match(text):
        reasoning, text = f"{reasoning}{thoughts[2]}", text[thoughts.end() :]
    text, reasoning = text.strip(), reasoning.strip()
    if ended in CUT_OFF or _UNCLOSED.match(text):
        so_far = f"{len(text)} characters"
        if not text or _UNCLOSED.match(text):
            so_far = f"{len(text) or len(reasoning)} characters of thought, before any answer"
        raise ModelError(f"{name}: the reply to {call.role} was cut off after {so_far}")
    if not text:
        after = f" after {len(reasoning)} characters of thought" if reasoning else ""
        raise ModelError(f"{name}: expected a reply to {call.role}, was empty{after}")
    if _UNDECODABLE in text:
        raise ModelError(f"{name}: expected UTF-8 in the reply to {call.role}, was something else")
    if len(text) > LONGEST:
        raise ModelError(f"{name}: expected at most {LONGEST} characters for {call.role}, was {len(text)}")
    return Reply(
        text=text, reasoning=reasoning, input_tokens=input_tokens, output_tokens=output_tokens, seconds=seconds,
        endpoint=endpoint,
    )  # fmt: skip


def failed(name: str, call: Call, error: Exception, kind: type[ModelError] = ModelError) -> ModelError:
    """A failed call, with its reason: the first line of whatever a client library raised."""
    return kind(f"{name}: the call of {call.role} failed: {first_line(error)}")


def first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__
