"""Lists that stay readable at 80 columns and without colour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from fks_agents._wording import printable

if TYPE_CHECKING:
    from rich.console import Console, JustifyMethod
    from rich.table import Table

NUMERIC = frozenset({"value", "equity", "cash", "open", "fills", "R", "claims", "caught", "refused", "share"})
INDENT = "    "


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """One line for each row; the last column is cut where the terminal ends."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, header_style="dim", expand=True)
    for name in head:
        justify: JustifyMethod = "right" if name in NUMERIC else "left"
        ratio = 1 if name == head[-1] else None
        made.add_column(name, justify=justify, no_wrap=True, overflow="ellipsis", ratio=ratio)
    for row in rows:
        made.add_row(*(Text(printable(cell)) for cell in row))
    return made


def entries(console: Console, rows: Iterable[tuple[Sequence[str], str]], widths: Sequence[int]) -> None:
    """A line of columns, and below it a text that wraps."""
    from rich.text import Text

    for cells, text in rows:
        columns = [f"{printable(cell):<{width}}" for cell, width in zip(cells, widths, strict=True)]
        console.print(Text("  ".join(columns).rstrip()), soft_wrap=True)
        for line in wrap(printable(text), min(console.width, 100) - len(INDENT)):
            console.print(Text(INDENT + line, style="dim"), soft_wrap=True)
