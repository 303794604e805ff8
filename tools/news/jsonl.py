"""Headlines from a file with one JSON object a line.

    {"published_at": "2018-12-20T14:00:00-05:00", "text": "...", "source": "wire", "symbol": "SPX"}

`symbol` may be missing: the headline then concerns every symbol. The first broken line refuses the whole file: half a
file of news is a different view of the world.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator

from fks_agents.bars import nanoseconds
from fks_agents.contracts import Contract, Headline, Utc
from fks_agents.errors import DataError, UsageError

LONGEST = 2_000
"""Characters a headline may have; an article is no headline."""


class _Line(Contract):
    published_at: Utc
    text: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    source: Annotated[str, Field(min_length=1, max_length=200)]
    symbol: Annotated[str, Field(min_length=1, max_length=100)] | None = None

    @field_validator("published_at", mode="before")
    @classmethod
    def _is_written_out(cls, value: object) -> object:
        # A bare number would be taken for seconds since 1970, a guess about its unit.
        if not isinstance(value, str) or value.strip().lstrip("+-").replace(".", "", 1).isdigit():
            raise ValueError("expected an ISO 8601 time with a zone")
        return value


class JsonlNews:
    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise UsageError(f"expected a file of headlines, was {str(path)!r}, which is not a file")
        self._path = path

    def headlines(self, symbol: str, as_of: datetime) -> tuple[Headline, ...]:
        """Headlines on `symbol` (or on none in particular) until `as_of`, oldest first, named H1, H2, ..."""
        nanoseconds(as_of)
        chosen = (line for line in self._lines if line.symbol in (None, symbol) and line.published_at <= as_of)
        return tuple(
            Headline(id=f"H{number}", text=line.text, published_at=line.published_at, source=line.source)
            for number, line in enumerate(chosen, start=1)
        )

    @cached_property
    def _lines(self) -> tuple[_Line, ...]:
        return tuple(sorted(self._read(), key=lambda line: line.published_at))

    def _read(self) -> Iterator[_Line]:
        try:
            lines = self._path.read_bytes().decode("utf-8-sig").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"{self._path}: expected JSON lines in UTF-8: {error}") from error
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield self._parsed(number, line)

    def _parsed(self, number: int, line: str) -> _Line:
        where = f"{self._path}, row {number}"
        try:
            said: Any = json.loads(line)
            if not isinstance(said, dict):
                raise DataError(f"{where}: expected one JSON object, was {line.strip()[:60]!r}")
            parsed = _Line.model_validate(said)
            parsed.text.encode()
            parsed.source.encode()
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            column = ".".join(str(part) for part in problem["loc"])
            raise DataError(f"{where}, {column}: {problem['msg']}, was {str(problem['input'])[:60]!r}") from None
        except (ValueError, RecursionError) as error:
            raise DataError(f"{where}: expected one JSON object: {error}, was {line.strip()[:60]!r}") from None
        return parsed
