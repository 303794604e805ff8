"""A folder of a user's files as a market: each file is the symbol it is named after.

Options and order as for one file, and the same for all: `csv:prices/?timeframe=1d`. Files are read when they are first
asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from fks_agents.bars import Bars
from fks_agents.contracts import Timeframe
from fks_agents.errors import UsageError
from tools.market._file import FileMarket, choices
from tools.market._table import Table
from tools.market._window import unknown


def folder_of(argument: str) -> Path | None:
    """The folder that a user named after `csv:`, with options or without; None where it is none."""
    path = Path(argument.partition("?")[0]).expanduser()
    return path if argument and path.is_dir() else None


class FolderMarket:
    def __init__(
        self, name: str, argument: str, folder: Path, suffixes: tuple[str, ...], read: Callable[[Path], Table]
    ) -> None:
        """Raises UsageError where the folder has no such file, or two for one symbol."""
        self.name = name
        self._read, self._query = read, argument.partition("?")[2]
        if "symbol=" in self._query:
            raise UsageError(f"{name}: a folder's files are the symbols they are named after; leave out the symbol")
        self._paths: dict[str, Path] = {}
        for path in sorted(folder.iterdir()):
            suffix = next((each for each in suffixes if path.name.lower().endswith(each)), None)
            if suffix is None or path.name.startswith("."):
                continue
            symbol = path.name[: -len(suffix)]
            if symbol in self._paths:
                raise UsageError(
                    f"{folder}: expected one file for {symbol}, was {self._paths[symbol].name} and {path.name}"
                )
            self._paths[symbol] = path
        if not self._paths:
            raise UsageError(f"{folder}: expected files named *{', *'.join(suffixes)}, was none")
        self._files: dict[str, FileMarket] = {}

    def symbols(self) -> tuple[str, ...]:
        return tuple(self._paths)

    def bars(self, symbol: str, timeframe: Timeframe, as_of: datetime, count: int) -> Bars:
        return self._file(symbol).bars(symbol, timeframe, as_of, count)

    def span(self, symbol: str, timeframe: Timeframe) -> tuple[datetime, datetime]:
        return self._file(symbol).span(symbol, timeframe)

    def _file(self, symbol: str) -> FileMarket:
        if symbol not in self._paths:
            raise unknown("symbol", symbol, self.symbols(), self.name)
        if symbol not in self._files:
            path = self._paths[symbol]
            query = "&".join(part for part in (self._query, f"symbol={quote(symbol, safe='')}") if part)
            self._files[symbol] = FileMarket(self.name, choices(f"{path}?{query}", self.name), self._read)
        return self._files[symbol]
