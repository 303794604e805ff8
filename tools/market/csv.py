"""`csv:PATH`: a user's text file, plain or .gz; comma, semicolon, tab or bar between cells; a header or none. Or a
folder of such files.

Lines before the header (a web address, a comment) are skipped. Without a header the cells are taken as time, open,
high, low, close, volume; 7 cells as date and clock first; 11 as Lean's bid and ask bars; 12 as Binance's klines.
Options and order: `tools.market._file`; spellings: `tools.market._columns`; times: `tools.market._instants`.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Sequence
from pathlib import Path

from fks_agents.deps import Market
from fks_agents.errors import DataError
from tools.market._columns import is_header
from tools.market._file import FileMarket, choices
from tools.market._folder import FolderMarket, folder_of
from tools.market._table import Table

_DELIMITERS = (",", ";", "\t", "|")
_LINES_BEFORE_HEADER = 10
_OHLC = ("open", "high", "low", "close")
_SIDED = tuple(f"{side}{field}" for side in ("bid", "ask") for field in (*_OHLC, "size"))
_HEADLESS: dict[int, tuple[str, ...]] = {
    5: ("time", *_OHLC),
    6: ("time", *_OHLC, "volume"),
    7: ("date", "time", *_OHLC, "volume"),
    11: ("time", *_SIDED),
    12: ("opentime", *_OHLC, "volume", "endtime", "quotevolume", "trades", "takerbase", "takerquote", "ignored"),
}


def open_source(argument: str) -> Market:
    if (folder := folder_of(argument)) is not None:
        return FolderMarket("csv", argument, folder, (".csv", ".csv.gz", ".txt"), read)
    return FileMarket("csv", choices(argument, "csv"), read)


def read(path: Path) -> Table:
    """Raises DataError naming the row whose cells do not fit the header."""
    lines = _text(path).splitlines()
    start, header, delimiter = _header(path, lines)
    body = csv.reader(lines[start:], delimiter=delimiter)
    cells: list[list[str]] = []
    rows: list[int] = []
    try:
        for row in body:
            number = start + body.line_num
            if not row or (len(row) == 1 and not row[0].strip()):
                continue
            if len(row) != len(header):
                raise DataError(f"{path}, row {number}: expected {len(header)} cells, was {len(row)}")
            cells.append(row)
            rows.append(number)
    except csv.Error as error:
        raise DataError(f"{path}, row {start + body.line_num}: expected text with delimiters: {error}") from error
    return Table(path, header, tuple(list(column) for column in zip(*cells, strict=True)), rows)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        utf16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
        return content.decode("utf-16" if utf16 else "utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise DataError(f"{path}: expected text, plain or gzipped: {error}") from error


def _header(path: Path, lines: Sequence[str]) -> tuple[int, tuple[str, ...], str]:
    """Where the body starts, the names of its columns, and what stands between its cells."""
    filled = [(at, line) for at, line in enumerate(lines[:_LINES_BEFORE_HEADER]) if line.strip()]
    for at, line in filled:
        for delimiter in _DELIMITERS:
            cells = _split(line, delimiter)
            if is_header(cells):
                return at + 1, tuple(cells), delimiter
    for delimiter in _DELIMITERS:
        table = [(at, cells) for at, line in filled if len(cells := _split(line, delimiter)) in _HEADLESS]
        # A line of words above numbers is a header nobody can read, not one that is missing.
        if table and all(map(_is_number, table[0][1][2:])):
            return table[0][0], _HEADLESS[len(table[0][1])], delimiter
    shown = filled[0][1][:80] if filled else ""
    raise DataError(
        f"{path}: expected a header that names time, open, high, low and close (or 5, 6, 7, 11 or 12 cells without "
        f"one), was {shown!r}"
    )


def _split(line: str, delimiter: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader(io.StringIO(line), delimiter=delimiter), [])]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
