"""Headlines from a file with one JSON object a line.

    {"published_at": "2018-12-20T14:00:00-05:00", "text": "...", "source": "wire", "symbol": "SPX"}

`symbol` may be missing: the headline then concerns every symbol.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field

from fks_agents.bars import nanoseconds
from fks_agents.contracts import Headline
from fks_agents.errors import UsageError
from tools.news._lines import Line, read

LONGEST = 2_000
"""Characters a headline may have; an article is no headline."""


class _Line(Line):
    text: Annotated[str, Field(min_length=1, max_length=LONGEST)]


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
        return tuple(sorted(read(self._path, _Line), key=lambda line: line.published_at))
