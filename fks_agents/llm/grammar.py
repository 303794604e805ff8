"""A schema as small models need it: lists end. Without that a small model fills one until its answer is cut off."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

MOST_ITEMS = 8
"""Entries of a list that sets no limit of its own. Grammars hold a model to it, unlike to the range of a number."""


def bounded(schema: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The schema with `maxItems` on every list that has none; strings stay free, as a limit makes some models emit
    stray characters."""
    limited = {key: _bounded(value) for key, value in schema.items()}
    if limited.get("type") == "array":
        fewest = limited.get("minItems")
        limited.setdefault("maxItems", max(MOST_ITEMS, fewest if isinstance(fewest, int) else 0))
    return limited


def _bounded(value: JsonValue) -> JsonValue:
    match value:
        case dict():
            return bounded(value)
        case list():
            return [_bounded(item) for item in value]
        case _:
            return value
