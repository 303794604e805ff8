"""What would have fit, in our words: from pydantic's account of what does not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_OURS = (
    (re.compile(r"^Value error, "), ""),
    (re.compile(r"^Field required$"), "expected a value"),
    (re.compile(r"^Extra inputs are not permitted$"), "expected no such field"),
    (re.compile(r"^JSON decode error$|^Invalid JSON: .*$"), "expected JSON"),
    (re.compile(r"^String should match pattern "), "expected text that fits the pattern "),
    (re.compile(r"^Input should be "), "expected "),
    (re.compile(r"^[A-Z][a-z]+ should have "), "expected "),
    (re.compile(r" after validation, not .*$"), ""),
)

_LONGEST = 80
"""Characters that are shown of what was given."""


def expected(error: Mapping[str, Any]) -> str:
    """`expected ...`, without what it was; where a validator of ours has said that, it is `was_said`."""
    return _told(error).partition(", was ")[0]


def was_said(error: Mapping[str, Any]) -> str | None:
    """What a validator of ours said that it was; None where nobody did."""
    return _told(error).partition(", was ")[2] or None if error["type"] == "value_error" else None


def in_a_line(error: Mapping[str, Any]) -> str:
    """`FIELD: expected ..., was ...`; what it was is left out where a validator of ours thought it best."""
    where = ".".join(str(part) for part in error["loc"])
    if error["type"] == "missing":
        was: str | None = "missing"
    else:
        was = was_said(error) if error["type"] == "value_error" else repr(error["input"])[:_LONGEST]
    said = expected(error) if was is None else f"{expected(error)}, was {was}"
    return f"{where}: {said}" if where else said


def _told(error: Mapping[str, Any]) -> str:
    said = str(error["msg"])
    for theirs, ours in _OURS:
        said = theirs.sub(ours, said)
    return said
