"""Dated documents from a JSONL file, or from every JSONL file of a folder; one JSON object a line.

    {"published_at": "2018-12-20T14:00:00-05:00", "text": "...", "source": "wire", "kind": "article", "symbol": "SPX"}

`kind` is article (where it is missing), filing or comment; `symbol` may be missing: the document then concerns every
symbol.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from fks_agents._unfit import in_a_line
from fks_agents.bars import nanoseconds
from fks_agents.contracts import Document
from fks_agents.deps import Documents
from fks_agents.errors import DataError, UsageError
from tools.news._lines import Line, read

LONGEST = 20_000
"""Characters of one document."""
RECENT = timedelta(days=30)
MOST = 20
"""Documents of one decision; of more, the newest."""


class _Line(Line):
    text: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    kind: Literal["article", "filing", "comment"] = "article"


def comment(text: str, received_at: datetime, source: str, identity: str = "C1") -> Document:
    """The free text of a webhook or a person as a document: the only form in which it may reach a prompt.

    Raises DataError where it is empty, too long, or the time has no zone.
    """
    try:
        return Document(
            id=identity, kind="comment", text=_checked(text), published_at=received_at, source=source[:200]
        )  # fmt: skip
    except ValidationError as error:
        raise DataError(f"comment, {in_a_line(error.errors(include_url=False)[0])}") from None


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
        return tuple(sorted((line for file in files for line in read(file, _Line)), key=lambda line: line.published_at))


_: type[Documents] = JsonlDocuments
