"""A table with its structure found: which rows are headers, which label and period each number has, in which scale."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from evaluators.evidence import Address, Table
from evaluators.programs.crossread import told_twice
from evaluators.programs.passages import mentions_of
from evaluators.reading.cells import Cell, read_cell
from evaluators.reading.scales import is_per_unit, scales_in
from evaluators.reading.years import is_period, months_in, quarters_in, years_in

_UNIT_ONLY = re.compile(
    r"^[\s(]*(?:US|A|C|HK|NZ)?[$€£¥%][\s)]*$|^\W*(?:years?|shares?|number|amount)\W*$", re.IGNORECASE
)
_IN_PERCENT = re.compile(r"(?<![\d.])(?<!\d )%|\bper ?cent(?:age)?\b(?! points? notes?)", re.IGNORECASE)
"""Of a label: `growth (%)`; not `3.5 % notes`."""


_ORDINAL = re.compile(r"^\W*(?:quarter\W+)?(first|second|third|fourth)\W*(?:quarter)?\W*$", re.IGNORECASE)
_ORDER = {"first": "q1", "second": "q2", "third": "q3", "fourth": "q4"}


def _ordinals(*names: str) -> set[str]:
    """Quarters that a head tells by their number alone: `First`, `Second`."""
    return {_ORDER[match[1].lower()] for name in names if (match := _ORDINAL.match(name)) is not None}


@dataclass(frozen=True)
class Figure:
    """One number of the evidence with everything that says what it is."""

    value: float
    """As printed, in its own scale."""
    decimals: int
    label: str
    """Of its row."""
    section: str
    """Headings above its row that hold no numbers."""
    head: str
    """Of its column."""
    years: frozenset[int]
    parts: frozenset[str]
    """Quarters, months, ends of a year: `q3`, `m12`, `closing`."""
    scale: float | None
    """None where nothing tells."""
    is_percent: bool
    is_currency: bool
    is_dash: bool
    table: int
    row: int
    column: int

    @property
    def address(self) -> Address:
        return Address(self.table + 1, self.row + 1, self.column + 1)

    @property
    def absolute(self) -> float:
        return self.value * (self.scale or 1.0)

    def told(self) -> str:
        label = " / ".join(part for part in (self.section, self.label, self.head) if part)
        return f"{self.address} ({label}) = {self.value:,.{self.decimals}f}{'%' if self.is_percent else ''}"


@dataclass(frozen=True)
class Grid:
    figures: tuple[Figure, ...]
    labels: tuple[tuple[int, str, str], ...]
    """Row, label and section of every row with numbers."""
    heads: tuple[tuple[int, str], ...]
    """Column and its header, of every column with numbers."""


@lru_cache(maxsize=64)
def grid_of(table: Table, number: int, paragraphs: tuple[str, ...] = ()) -> Grid:
    """Never raises: what has no structure gives figures with empty labels."""
    return _Layout(table, number, paragraphs).grid()


class _Layout:
    def __init__(self, table: Table, number: int, paragraphs: tuple[str, ...]) -> None:
        self.number = number
        self.rows = [[cell.strip() for cell in row] for row in table.rows]
        self.width = max([1, *map(len, self.rows)])
        for row in self.rows:
            row += [""] * (self.width - len(row))
        self.table_scale, self.excepts = self._table_scale(table, paragraphs)

    def _table_scale(self, table: Table, paragraphs: tuple[str, ...]) -> tuple[float | None, bool]:
        """Told in the heading rows, in the title, else where all paragraphs that tell one agree, else the first."""
        top = " | ".join(cell for row in self.rows[: self._header_rows() + 1] for cell in row[:1] if cell)
        tops = " | ".join(dict.fromkeys(cell for row in self.rows[: self._header_rows()] for cell in row if cell))
        own = [told for text in (top, tops, table.title) for told in scales_in(text)]
        if own:
            factors = {told.factor for told in own}
            return (own[0].factor if len(factors) == 1 else None), any(told.excepts_per_unit for told in own)
        told_there = [told for text in paragraphs for told in scales_in(text)]
        if told_there:
            return told_there[0].factor, any(told.excepts_per_unit for told in told_there)
        printed = [cell for row in self.rows for text in row[1:] if (cell := read_cell(text)) is not None]
        return told_twice(printed, mentions_of(paragraphs)), False

    def _header_rows(self) -> int:
        count = 0
        for row in self.rows:
            if not self._is_header(row):
                break
            count += 1
        return count

    def _is_header(self, row: list[str]) -> bool:
        cells = [cell for cell in row[1:] if cell]
        if not cells:
            return is_period(row[0]) or not row[0] or bool(scales_in(row[0]))
        return all(self._is_heading(cell) for cell in cells)

    @staticmethod
    def _is_heading(cell: str) -> bool:
        return read_cell(cell) is None or is_period(cell)

    def grid(self) -> Grid:
        figures: list[Figure] = []
        labels: list[tuple[int, str, str]] = []
        stack: list[str] = []
        header: list[list[str]] = []
        collecting = True
        columns: set[int] = set()
        for index, row in enumerate(self.rows):
            cells = [(c, cell) for c, cell in enumerate(row) if c > 0 and cell]
            is_heading = bool(cells) and all(self._is_heading(cell) for _, cell in cells)
            if collecting and (is_heading or not cells):
                header.append(row)
                if not cells and row[0] and not is_period(row[0]) and not scales_in(row[0]) and header[:-1]:
                    stack = [row[0]]
                    header.pop()
                    collecting = False
                continue
            collecting = False
            if is_heading and any(is_period(cell) for _, cell in cells):
                # A second set of column heads further down.
                header, stack = [row], stack
                continue
            if not cells or (is_heading and len(cells) <= 1):
                text = row[0] or (cells[0][1] if cells else "")
                stack = self._stacked(stack, text)
                continue
            heads = self._heads(header)
            section = " ".join(stack)
            found = list(self._figures(index, row, section, heads, header))
            if found:
                figures += found
                labels.append((index, row[0], section))
                columns |= {figure.column for figure in found}
            if re.match(r"\s*total\b", row[0], re.IGNORECASE) and len(stack) > 0 and not row[0].lower().endswith(":"):
                stack = stack[:-1] if self._closes(row[0], stack) else stack
        heads = self._heads(header)
        return Grid(tuple(figures), tuple(labels), tuple((c, heads[c]) for c in sorted(columns)))

    @staticmethod
    def _closes(total: str, stack: list[str]) -> bool:
        words = set(re.findall(r"[a-z]+", stack[-1].lower()))
        return bool(words) and words <= set(re.findall(r"[a-z]+", total.lower()))

    @staticmethod
    def _stacked(stack: list[str], text: str) -> list[str]:
        text = text.strip()
        if not text:
            return stack
        if years_in(text) and is_period(text.rstrip(":")):
            kept = [part for part in stack if not is_period(part.rstrip(":"))]
            return [*kept[:1], text]
        return [text]

    def _heads(self, header: list[list[str]]) -> list[str]:
        """The words over each column, spanning heads spread over what they span."""
        parts: list[list[str]] = [[] for _ in range(self.width)]
        for row in header:
            filled = [(c, cell) for c, cell in enumerate(row) if c > 0 and cell]
            if not filled:
                continue
            if len(filled) == 1 and self.width > 2 and (len(header) > 1 or filled[0][0] > 1):
                for c in self._under(header, filled[0][1]):
                    parts[c].append(filled[0][1])
                continue
            is_sparse = len(filled) < self.width - 1
            current = ""
            for c in range(1, self.width):
                if row[c]:
                    current = row[c]
                elif is_sparse and not current:
                    current = filled[0][1]
                if row[c] or (is_sparse and header[-1] is not row):
                    parts[c].append(row[c] or current)
        return [" ".join(dict.fromkeys(part)) for part in parts]

    def _under(self, header: list[list[str]], alone: str) -> list[int]:
        """Columns that a head standing alone in its row spans: all, or those that are no periods where some are."""
        every = list(range(1, self.width))
        if is_period(alone) or scales_in(alone):
            return every
        dated = [c for c in every if any(is_period(row[c]) for row in header if row[c])]
        others = [c for c in every if c not in dated and any(row[c] and row[c] != alone for row in header)]
        return others if dated and others else every

    def _figures(
        self, index: int, row: list[str], section: str, heads: list[str], header: list[list[str]]
    ) -> Iterator[Figure]:
        corner = " ".join(line[0] for line in header if line[0])
        context = f"{section} {row[0]}"
        row_years = years_in(row[0]) or (() if not is_period(section.split(":")[0]) else years_in(section))
        for c in range(1, self.width):
            cell = read_cell(row[c])
            if cell is None:
                continue
            own = years_in(heads[c])
            years = (
                {y.year for y in own}
                or {y.year for y in row_years or years_in(section)}
                or {y.year for y in years_in(corner)}
            )
            if own and row_years and len(own) == 1:
                years |= {y.year for y in row_years} if is_period(row[0]) else set()
            said = f"{heads[c]} {context}"
            parts = (
                {f"q{q}" for q in quarters_in(said)} | {f"m{m}" for m in months_in(said)} | _ordinals(heads[c], row[0])
            )
            yield Figure(
                cell.value, cell.decimals, row[0], section, heads[c], frozenset(years), frozenset(parts),
                self._scale(cell, row, c, heads), self._is_percent(cell, row, c, heads), cell.is_currency,
                cell.is_dash, self.number, index, c,
            )  # fmt: skip

    def _is_percent(self, cell: Cell, row: list[str], column: int, heads: list[str]) -> bool:
        if cell.is_percent:
            return True
        if cell.is_currency:
            return False
        if any(_IN_PERCENT.search(text) for text in (row[0], heads[column])):
            return True
        peers = [other for other in (read_cell(text) for text in row[1:]) if other is not None and not other.is_dash]
        return cell.is_dash and bool(peers) and all(peer.is_percent for peer in peers)

    def _scale(self, cell: Cell, row: list[str], column: int, heads: list[str]) -> float | None:
        if cell.scale is not None:
            return cell.scale
        for text in (row[0], heads[column]):
            if told := scales_in(text):
                return told[0].factor
        if cell.is_percent or (is_per_unit(f"{row[0]} {heads[column]}")):
            return 1.0
        return self.table_scale
