"""Columns as Parquet files named by their digest: written whole or not at all, and believed only if the digest fits."""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from fks_agents.bars import Bars, Series
from fks_agents.errors import DataError, LedgerError

if TYPE_CHECKING:
    import pandas as pd

_BARS = ("opened", "closed", "open", "high", "low", "close", "volume")
_SERIES = ("observed", "published", "values")
_KEY = "fks-agents"
"""Where in the file's metadata the names lie that are no columns."""

_Columns = TypeVar("_Columns", Bars, Series)


class ParquetStore:
    """A folder of `<digest>.parquet`; any number of processes may read and write it at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, columns: Bars | Series) -> str:
        """Keep the columns and return their digest; raises LedgerError where they cannot be written and fsynced."""
        digest = columns.digest
        path = self._path(digest)
        try:
            if not path.exists():
                self._folder.mkdir(parents=True, exist_ok=True)
                _write(path, columns)
        except OSError as error:
            raise LedgerError(f"{path}: bars cannot be stored: {error.strerror or error}") from error
        return digest

    def bars(self, digest: str) -> Bars:
        """Raises DataError where the digest is unknown or the file does not give it back."""
        frame, names = self._read(digest, "bars")
        columns: dict[str, Any] = {name: frame[name].to_numpy() for name in _BARS}
        bars = Bars(names["symbol"], names["timeframe"], names["venue"], **columns, notes=tuple(names["notes"]))
        return _verified(bars, digest, self._path(digest))

    def series(self, digest: str) -> Series:
        """Raises DataError where the digest is unknown or the file does not give it back."""
        frame, names = self._read(digest, "series")
        columns = [frame[name].to_numpy() for name in _SERIES]
        return _verified(Series(names["name"], names["unit"], names["source"], *columns), digest, self._path(digest))

    def _path(self, digest: str) -> Path:
        if not (digest.isalnum() and digest.isascii()):
            raise DataError(f"expected a digest in hex digits, was {digest!r}")
        return self._folder / f"{digest}.parquet"

    def _read(self, digest: str, kind: str) -> tuple[pd.DataFrame, Mapping[str, Any]]:
        from fastparquet import ParquetFile

        path = self._path(digest)
        if not path.is_file():
            raise DataError(f"no stored {kind} of digest {digest!r} in {self._folder}")
        try:
            # From memory: given a path, the reader leaves the file open.
            file = ParquetFile(io.BytesIO(path.read_bytes()))
            names = json.loads(file.key_value_metadata[_KEY])
            frame = file.to_pandas()
        except Exception as error:  # a damaged file makes the reader fail in ways it does not list
            raise DataError(f"{path}: expected stored {kind}, was unreadable: {error!r}") from error
        expected = set(_BARS if kind == "bars" else _SERIES)
        if names.get("kind") != kind or not expected <= set(frame.columns):
            raise DataError(
                f"{path}: expected stored {kind}, was {names.get('kind')!r} with {', '.join(frame.columns)}"
            )
        return frame, names


def _write(path: Path, columns: Bars | Series) -> None:
    """Beside, fsync, rename, fsync the folder: after a kill there is the whole file or none."""
    import pandas as pd
    from fastparquet import write

    kept = _BARS if isinstance(columns, Bars) else _SERIES
    frame = pd.DataFrame({name: getattr(columns, name) for name in kept})
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem[:16]}.", suffix=".part")
    os.close(handle)
    try:
        write(beside, frame, write_index=False, stats=False, custom_metadata={_KEY: json.dumps(_names(columns))})
        with Path(beside).open("rb+") as file:
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _names(columns: Bars | Series) -> dict[str, object]:
    if isinstance(columns, Bars):
        return {
            "kind": "bars", "symbol": columns.symbol, "timeframe": columns.timeframe, "venue": columns.venue,
            "notes": columns.notes,
        }  # fmt: skip
    return {"kind": "series", "name": columns.name, "unit": columns.unit, "source": columns.source}


def _verified(columns: _Columns, digest: str, path: Path) -> _Columns:
    if columns.digest != digest:
        raise DataError(f"{path}: expected content of digest {digest}, was {columns.digest}")
    return columns
