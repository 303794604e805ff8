"""Dated documents from a JSONL file, or from every JSONL file of a folder; one JSON object a line.

    {"published_at": "2018-12-20T14:00:00-05:00", "text": "...", "source": "wire", "kind": "article", "symbol": "SPX"}

`kind` is article (where it is missing), filing or comment; `symbol` may be missing: the document then concerns every
symbol. The first broken line refuses the file it stands in, with everything else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator

from fks_agents.bars import nanoseconds
from fks_agents.contracts import Contract, Document, Utc
from fks_agents.deps import Documents
from fks_agents.errors import DataError, UsageError

LONGEST = 20_000
"""Characters of one document."""
RECENT = timedelta(days=30)
MOST = 20
"""Documents of one decision; of more, the newest."""


class _Line(Contract):
    published_at: Utc
    text: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    source: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Literal["article", "filing", "comment"] = "article"
    symbol: Annotated[str, Field(min_length=1, max_length=100)] | None = None

    @field_validator("published_at", mode="before")
    @classmethod
    def _is_written_out(cls, value: object) -> object:
        # A bare number would be taken for seconds since 1970, a guess about its unit.
        if not isinstance(value, str) or value.strip().lstrip("+-").replace(".", "", 1).isdigit():
            raise ValueError("expected an ISO 8601 time with a zone")
        return value


def comment(text: str, received_at: datetime, source: str, identity: str = "C1") -> Document:
    """The free text of a webhook or a person as a document: the only form in which it may reach a prompt.

    Raises DataError where it is empty, too long, or the time has no zone.
    """
    try:
        return Document(
            id=identity, kind="comment", text=_checked(text), published_at=received_at, source=source[:200]
        )  # fmt: skip
    except ValidationError as error:
        raise DataError(f"comment: {error.errors(include_url=False)[0]['msg']}") from None


def _checked(text: str) -> str:
    if not text.strip() or len(text) > LONGEST:
        raise DataError(f"comment: expected 1 to {LONGEST} characters, was {len(text)}")
    return text.encode("utf-8", "replace").decode()


class JsonlDocuments:
    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise UsageError(f"expected a file or folder of documents, was {str(path)!r}, which is neither")
        self._path = path

    def documents(self, symbol: str, as_of: datetime) -> tuple[Document, ...]:
        """Those of the last 30 days on `symbol` (or on none in particular) until `as_of`, oldest first: D1, D2, ..."""
        nanoseconds(as_of)
        chosen = [
            line
            for line in self._lines
            if line.symbol in (None, symbol) and as_of - RECENT <= line.published_at <= as_of
        ][-MOST:]
        return tuple(
            Document(id=f"D{n}", kind=line.kind, text=line.text, published_at=line.published_at, source=line.source)
            for n, line in enumerate(chosen, start=1)
        )

    @cached_property
    def _lines(self) -> tuple[_Line, ...]:
        files = sorted(self._path.glob("*.jsonl")) if self._path.is_dir() else [self._path]
        return tuple(sorted((line for file in files for line in _read(file)), key=lambda line: line.published_at))


def _read(path: Path) -> Iterator[_Line]:
    try:
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: expected JSON lines in UTF-8: {error}") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _parsed(f"{path}, row {number}", line)


def _parsed(where: str, line: str) -> _Line:
    try:
        said: Any = json.loads(line)
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


_: type[Documents] = JsonlDocuments
