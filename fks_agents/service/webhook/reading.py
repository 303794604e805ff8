"""From the bytes of a request to an alert: JSON whatever its content type says, refused by field, expected and was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from fks_agents._unfit import expected, was_said
from fks_agents.service.problems import Field, Problem
from fks_agents.service.shielding import DEEPEST, is_too_deep
from fks_agents.service.webhook.alert import Alert

MOST_BYTES = 16_384
"""TradingView's own limit is 4,096 characters."""

PROOF = "secret"
"""Name of the field that proves who sent it; no part of the alert."""

_LONGEST = 60
"""Characters of a value or name that a refusal quotes."""


def parsed(body: bytes) -> dict[str, Any]:
    """The object in a body, numbers as the text they were written as: what they mean is said in one place, `alert`.

    Raises Problem 413, 400 where it is not JSON, 422 where it is another thing than one object with each name once.
    """
    if len(body) > MOST_BYTES:
        raise Problem(413, f"expected an alert of at most {MOST_BYTES:,} bytes, was {len(body):,}")
    if is_too_deep(body):
        raise Problem(400, f"expected JSON of at most {DEEPEST} brackets within brackets, was deeper")
    try:
        said = json.loads(body.decode(), parse_int=str, parse_float=str, object_pairs_hook=_each_once)
    except UnicodeDecodeError:
        raise Problem(400, "expected JSON in UTF-8, was another encoding") from None
    except ValueError as error:
        # The message says where, and quotes nothing of what was sent.
        raise Problem(400, f"expected one JSON object: {error}") from None
    if not isinstance(said, dict):
        raise _unfit(Field(field="body", expected="expected one JSON object", was=_kind(said)))
    return said


def read(said: dict[str, Any], secrets: tuple[str, ...] = ()) -> Alert:
    """The alert in it; raises Problem 422 naming each field. `secrets` may stand in the field that proves it alone: in
    any other they would be kept, and shown."""
    rest = {name: value for name, value in said.items() if name != PROOF}
    for name, value in rest.items():
        if any(secret in text for text in _texts([name, value]) for secret in secrets):
            where = name if name in Alert.model_fields else "body"
            raise _unfit(Field(field=where, expected=f"expected the secret in {PROOF!r} alone", was="not shown here"))
    if empty := [name for name in Alert.model_fields if name in rest and rest[name] is None]:
        told = "expected a value; where there is none, leave the field out"
        raise _unfit(*(Field(field=name, expected=told, was="null") for name in empty))
    try:
        alert = Alert.model_validate(rest)
    except ValidationError as error:
        raise _unfit(*(_field(each) for each in error.errors(include_url=False, include_context=False))) from None
    if wrong := _wrong_side(alert):
        raise _unfit(wrong)
    return alert


def _texts(value: object) -> Iterator[str]:
    """Every text in a JSON value, names included."""
    match value:
        case str():
            yield value
        case list():
            for each in value:
                yield from _texts(each)
        case dict():
            yield from _texts([*value, *value.values()])


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _unfit(Field(field=_plain(name), expected="expected each field once", was="given twice"))
        found[name] = value
    return found


def _wrong_side(alert: Alert) -> Field | None:
    """The first of stop and targets that lies on the wrong side of the price."""
    if alert.price is None:
        return None
    way = 1 if alert.action == "buy" else -1
    levels = [
        ("stop", alert.stop, -way),
        *((f"targets.{n}", target, way) for n, target in enumerate(alert.targets or ())),
    ]
    for name, level, side in levels:
        if level is not None and side * (level - alert.price) <= 0:
            where = "above" if side > 0 else "below"
            return Field(
                field=name, expected=f"expected {where} the price {alert.price:g} of a {alert.action}", was=f"{level:g}"
            )
    return None


def _field(error: Any) -> Field:
    where = ".".join(_plain(str(part)) for part in error["loc"]) or "body"
    match error["type"]:
        case "missing":
            return Field(field=where, expected="expected this field", was="missing")
        case "extra_forbidden":
            known = ", ".join(Alert.model_fields)
            return Field(field=where, expected=f"expected no such field, but {known}", was="given")
    return Field(field=where, expected=expected(error), was=(was_said(error) or repr(error["input"]))[:_LONGEST])


def _kind(value: object) -> str:
    return {list: "a list", str: "a text or a number", bool: "true or false"}.get(type(value), "null")


def _plain(name: str) -> str:
    """A name from outside as an answer can carry it: half of a surrogate pair cannot be encoded."""
    return name.encode("ascii", "backslashreplace").decode()[:_LONGEST]


def _unfit(*errors: Field) -> Problem:
    first = errors[0]
    return Problem(422, f"{first.field}: {first.expected}, was {first.was}", errors=list(errors))
