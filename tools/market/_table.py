"""A user's table as it was read, before anyone decided what its columns mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fks_agents.errors import DataError

MISSING = frozenset({"", ".", "-", "--", "nan", "na", "n/a", "null", "none"})
"""How files write a value that is not there, in lower case."""


@dataclass(frozen=True, eq=False)
class Table:
    """`columns[i][j]` is the cell under `header[i]` in row `rows[j]`, rows counted as the user's editor counts them."""

    path: Path
    header: tuple[str, ...]
    columns: tuple[Sequence[Any], ...]
    rows: Sequence[int]

    def column(self, name: str) -> Sequence[Any]:
        return self.columns[self.header.index(name)]

    def broken(self, at: int, name: str, expected: str, was: object) -> DataError:
        """The error for one cell: file, row, column, what was expected and what it was."""
        shown = was if isinstance(was, str) and len(was) <= 60 else f"{was!s:.60}"
        return DataError(f"{self.path}, row {self.rows[at]}, column {name}: expected {expected}, was {shown!r}")


def plain(name: str) -> str:
    """A column's name without case, blanks and punctuation: `Gmt time` and `<GMT_TIME>` are the same."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def is_missing(cell: object) -> bool:
    return cell is None or cell != cell or (isinstance(cell, str) and cell.strip().lower() in MISSING)
