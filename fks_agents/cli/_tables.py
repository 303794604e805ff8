"""Tables that stay readable at 80 columns and without colour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

NUMERIC = frozenset({"value", "before", "after", "equity", "cash", "quantity", "R"})


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, title: str | None = None) -> Table:
    """Every column but the last keeps its words whole; the last one wraps."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False, header_style="dim")
    for position, name in enumerate(head):
        is_last = position == len(head) - 1
        made.add_column(name, justify="right" if name in NUMERIC else "left", no_wrap=not is_last, ratio=None)
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    return made
