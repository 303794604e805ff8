"""From a judge's reply to its answer: the last verdict in it counts, and one that cannot be trusted is a ModelError."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pydantic import JsonValue

from fks_agents.errors import ModelError
from fks_agents.llm.structured import LONGEST, Answer, UnreadableError, read, schema_of

LONGEST_REASON = 300
"""Characters of a reason that people are shown."""

_OWN = ("faulty", "score")
"""Keys that only a verdict has; what has one of them and cannot be read is a verdict that broke off."""


class Said(Answer):
    reason: str
    evidence: list[str]
    faulty: list[str]
    score: float


class Answered(NamedTuple):
    """A verdict on what was asked, labels turned back into ids."""

    reason: str
    evidence: tuple[str, ...]
    faulty: frozenset[str]
    score: float


def schema(statements: Sequence[str], evidence: Sequence[str]) -> dict[str, JsonValue]:
    """JSON schema of the answer; only labels that were shown can be named."""
    whole = schema_of(Said)
    properties = whole["properties"]
    if not isinstance(properties, dict):
        raise TypeError("a model's schema has properties")
    lists = (("faulty", statements), ("evidence", evidence))
    limited: dict[str, JsonValue] = {
        name: {"type": "array", "items": {"type": "string", "enum": list(labels)}, "maxItems": len(labels)}
        if labels
        else {"type": "array", "items": {"type": "string"}, "maxItems": 0}
        for name, labels in lists
    }
    return {**whole, "properties": {**properties, **limited}}


def answer(text: str, statements: dict[str, str], evidence: dict[str, str], planted: str | None) -> Answered:
    """The last verdict of a reply, by ids; both tables map the labels that were shown to ids.

    Raises ModelError where there is none, it names what was not shown, its score is out of range, or it does not list
    the statement `planted` (a label), which is faulty beyond doubt.
    """
    said = _last(text)
    for name, given, shown in (("faulty", said.faulty, statements), ("evidence", said.evidence, evidence)):
        if unknown := [label for label in given if label not in shown]:
            raise ModelError(f"{name} names {len(unknown)} ids that were not shown")
    if not 0 <= said.score <= 1:
        raise ModelError(f"expected a score from 0 to 1, was {said.score:g}")
    if planted is not None and planted not in said.faulty:
        raise ModelError("it did not find the fault that was planted among the statements")
    faulty = frozenset(statements[label] for label in said.faulty if label != planted)
    used = tuple(dict.fromkeys(evidence[label] for label in said.evidence if evidence[label]))
    return Answered(_words(said.reason), used, faulty, said.score)


def _last(text: str) -> Said:
    """What stands before the last verdict may be thoughts, or the judged text repeated; it does not count."""
    if len(text) > LONGEST:
        raise ModelError(f"expected at most {LONGEST} characters, was {len(text)}")
    found = [part for part in _objects(text) if any(f'"{key}"' in part for key in _OWN)]
    if not found:
        raise ModelError("no verdict in the reply")
    try:
        return read(found[-1], Said)
    except UnreadableError as error:
        raise ModelError(f"the verdict cannot be read: {error.fault}") from None


def _objects(text: str) -> Iterator[str]:
    """The outermost JSON objects in order; from a brace that opens none to the end, the rest as it is."""
    decoder, start = json.JSONDecoder(), text.find("{")
    while start >= 0:
        try:
            end = decoder.raw_decode(text, start)[1]
        except (ValueError, RecursionError):
            # A verdict that breaks off at the end would otherwise leave an earlier, foreign one as the last.
            following = text.find("{", start + 1)
            yield text[start : following if following >= 0 else len(text)]
            start = following
            continue
        yield text[start:end]
        start = text.find("{", end)


def _words(reason: str) -> str:
    """On one line, without characters a terminal would act on."""
    visible = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in reason)
    short = " ".join(visible.split())
    return short if len(short) <= LONGEST_REASON else f"{short[: LONGEST_REASON - 1]}…"
