"""`parquet:PATH`: a user's Parquet file; columns and options as for `csv`, a time index counts as a column. Or a folder
of such files.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np

from fks_agents.deps import Market
from fks_agents.errors import DataError
from tools.market._file import FileMarket, choices
from tools.market._folder import FolderMarket, folder_of
from tools.market._table import Table


def open_source(argument: str) -> Market:
    if (folder := folder_of(argument)) is not None:
        return FolderMarket("parquet", argument, folder, (".parquet", ".pq"), read)
    return FileMarket("parquet", choices(argument, "parquet"), read)


def read(path: Path) -> Table:
    """Rows count from 1; raises DataError where the file cannot be read whole."""
    from fastparquet import ParquetFile

    try:
        frame = ParquetFile(io.BytesIO(path.read_bytes())).to_pandas()
    except Exception as error:  # a damaged file makes the reader fail in ways it does not list
        raise DataError(f"{path}: expected a Parquet file: {error!r}") from error
    if frame.index.name is not None or frame.index.dtype.kind == "M":
        frame = frame.reset_index()
    columns = tuple(_column(frame[name]) for name in frame.columns)
    return Table(path, tuple(str(name) for name in frame.columns), columns, range(1, len(frame) + 1))


def _column(values: Any) -> Any:
    zoned = getattr(values.dtype, "tz", None)
    if zoned is not None:  # as text, so that a zone is a zone whatever the option says
        return [moment.isoformat() for moment in values.dt.tz_convert("UTC")]
    return values.to_numpy() if isinstance(values.dtype, np.dtype) and values.dtype.kind != "O" else list(values)
