"""Dated texts as JSON lines, one object a line. The first broken one refuses its file, and all that is read with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field, ValidationError, field_validator

from fks_agents._unfit import in_a_line
from fks_agents.contracts import Contract, Utc
from fks_agents.errors import DataError

_QUOTED = 60
"""Characters of a line that a refusal quotes."""


class Line(Contract):
    """What every line says; a kind of its own sets how long `text` may be."""

    published_at: Utc
    text: Annotated[str, Field(min_length=1)]
    source: Annotated[str, Field(min_length=1, max_length=200)]
    symbol: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """None concerns every symbol."""

    @field_validator("published_at", mode="before")
    @classmethod
    def _is_written_out(cls, value: object) -> object:
        # A bare number would be taken for seconds since 1970, a guess about its unit.
        if not isinstance(value, str) or value.strip().lstrip("+-").replace(".", "", 1).isdigit():
            raise ValueError("expected an ISO 8601 time with a zone")
        return value


L = TypeVar("L", bound=Line)


def read(path: Path, shape: type[L]) -> Iterator[L]:
    """In the order of the file; raises DataError naming row and column."""
    try:
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: expected JSON lines in UTF-8: {error}") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _parsed(f"{path}, row {number}", line, shape)


def _parsed(where: str, line: str, shape: type[L]) -> L:
    try:
        said: Any = json.loads(line)
        if not isinstance(said, dict):
            raise DataError(f"{where}: expected one JSON object, was {line.strip()[:_QUOTED]!r}")
        return shape.model_validate(said)
    except ValidationError as error:
        raise DataError(f"{where}, {in_a_line(error.errors(include_url=False)[0])}") from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where}: expected one JSON object: {error}, was {line.strip()[:_QUOTED]!r}") from None
