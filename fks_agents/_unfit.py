"""What would have fit, in our words: from pydantic's account of what does not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_OURS = (
    (re.compile(r"^Value error, "), ""),
    (re.compile(r"^Field required$"), "expected a value"),
    (re.compile(r"^Extra inputs are not permitted$"), "expected no such field"),
    (re.compile(r"^JSON decode error$"), "expected JSON"),
    (re.compile(r"^String should match pattern "), "expected text that fits the pattern "),
    (re.compile(r"^Input should be "), "expected "),
    (re.compile(r"^[A-Z][a-z]+ should have "), "expected "),
    (re.compile(r" after validation, not .*$"), ""),
)


def expected(error: Mapping[str, Any]) -> str:
    """`expected ...`, without what it was; where a validator of ours has said that, it is `was_said`."""
    return _told(error).partition(", was ")[0]


def was_said(error: Mapping[str, Any]) -> str | None:
    """What a validator of ours said that it was; None where nobody did."""
    return _told(error).partition(", was ")[2] or None if error["type"] == "value_error" else None


def _told(error: Mapping[str, Any]) -> str:
    said = str(error["msg"])
    for theirs, ours in _OURS:
        said = theirs.sub(ours, said)
    return said
