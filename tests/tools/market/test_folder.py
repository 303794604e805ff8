"""A folder of files is a market of their names; a file that is written anew is read anew."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fks_agents.errors import UsageError
from tools.market import open_market

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
HEAD = "time,open,high,low,close,volume"


def written(path: Path, count: int, price: float = 100.0) -> None:
    rows = [f"{int(BEGIN.timestamp()) + 3600 * n},{price},{price},{price},{price},1" for n in range(count)]
    path.write_text("\n".join([HEAD, *rows]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    written(tmp_path / "B.csv", 4, 200)
    written(tmp_path / "A.csv", 3)
    written(tmp_path / "X&y=z.csv", 3)
    (tmp_path / "notes.md").write_text("not a table")
    return tmp_path


def test_each_file_is_a_symbol(folder: Path) -> None:
    market = open_market(f"csv:{folder}")
    assert market.symbols() == ("A", "B", "X&y=z")
    assert market.bars("X&y=z", "1h", BEGIN.replace(hour=9), 9).symbol == "X&y=z"
    assert market.span("A", "1h")[1] == datetime(2026, 1, 5, 3, tzinfo=UTC)
    last = market.bars("B", "1h", datetime(2026, 1, 5, 4, tzinfo=UTC), 9)
    assert (last.symbol, list(last.close)) == ("B", [200.0] * 4)
    with pytest.raises(UsageError, match="unknown symbol 'C' for csv; expected one of A, B, X&y=z"):
        market.span("C", "1h")


def test_options_are_those_of_every_file(folder: Path) -> None:
    market = open_market(f"csv:{folder}?time=close&venue=XNYS")
    assert market.span("A", "1h")[1] == datetime(2026, 1, 5, 2, tzinfo=UTC)
    with pytest.raises(UsageError, match="leave out the symbol"):
        open_market(f"csv:{folder}?symbol=A")


def test_a_folder_without_files_and_two_files_of_one_symbol_are_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"expected files named \*\.parquet, \*\.pq, was none"):
        open_market(f"parquet:{folder}")
    written(folder / "A.txt", 3)
    with pytest.raises(UsageError, match=r"expected one file for A, was A\.csv and A\.txt"):
        open_market(f"csv:{folder}")


def test_parquet_files_too(tmp_path: Path) -> None:
    times = pd.date_range(BEGIN, periods=5, freq="h")
    prices = {name: np.full(5, 7.0) for name in ("open", "high", "low", "close", "volume")}
    pd.DataFrame({"time": times, **prices}).to_parquet(tmp_path / "X.parquet", engine="fastparquet")
    assert open_market(f"parquet:{tmp_path}").span("X", "1h")[1] == datetime(2026, 1, 5, 5, tzinfo=UTC)


def test_rows_that_were_added_are_seen(folder: Path) -> None:
    market = open_market(f"csv:{folder}")
    assert market.span("A", "1h")[1].hour == 3
    written(folder / "new", 9)
    (folder / "new").replace(folder / "A.csv")
    assert market.span("A", "1h")[1].hour == 9
    assert market.span("A", "4h")[1].hour == 8


def test_what_was_read_of_a_file_that_is_gone_stays(folder: Path) -> None:
    market = open_market(f"csv:{folder}")
    before = market.span("A", "1h")
    (folder / "A.csv").unlink()
    assert market.span("A", "1h") == before
