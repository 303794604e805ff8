from __future__ import annotations

import os
import resource
import signal
from datetime import UTC, datetime
from pathlib import Path

import fastparquet  # noqa: F401  before any limit on file sizes: an import may write its bytecode
import numpy as np
import pytest

from fks_agents.bars import Bars, Series
from fks_agents.errors import DataError, LedgerError
from tests.tools.bars.conftest import Make
from tools.bars.store import ParquetStore
from tools.macro.sample import SampleMacro


@pytest.fixture
def store(tmp_path: Path) -> ParquetStore:
    return ParquetStore(tmp_path / "bars")


def test_bars_come_back_as_they_went(store: ParquetStore, spx: Bars) -> None:
    digest = store.put(spx)

    back = store.bars(digest)
    assert digest == back.digest == spx.digest
    assert (back.symbol, back.timeframe, back.venue, back.notes) == ("SPX", "1d", "XNYS", ())
    assert np.array_equal(back.close, spx.close)


def test_notes_come_back_too(store: ParquetStore, make: Make) -> None:
    bars = make(5)
    noted = Bars(
        bars.symbol, bars.timeframe, bars.venue, bars.opened, bars.closed,
        bars.open, bars.high, bars.low, bars.close, bars.volume, ("two rows left out",),
    )  # fmt: skip

    assert store.bars(store.put(noted)).notes == ("two rows left out",)


def test_series_come_back_as_they_went(store: ParquetStore) -> None:
    for series in SampleMacro().series(datetime(2018, 12, 24, 21, tzinfo=UTC)):
        assert store.series(store.put(series)).digest == series.digest


def test_non_finite_values_survive(store: ParquetStore) -> None:
    series = Series("odd", "points", "test", np.array([1, 2, 3]), np.array([1, 2, 3]), np.array([np.nan, np.inf, -0.0]))

    assert store.series(store.put(series)).values.tobytes() == series.values.tobytes()


def test_writing_twice_leaves_one_file(store: ParquetStore, make: Make, tmp_path: Path) -> None:
    store.put(make(50))
    store.put(make(50))

    assert [path.name for path in (tmp_path / "bars").iterdir()] == [f"{make(50).digest}.parquet"]


def test_an_unknown_digest_is_said_so(store: ParquetStore) -> None:
    with pytest.raises(DataError, match="no stored bars of digest 'abc'"):
        store.bars("abc")


def test_a_digest_is_no_path(store: ParquetStore) -> None:
    with pytest.raises(DataError, match=r"expected a digest in hex digits, was '\.\./ledger'"):
        store.bars("../ledger")


def test_bars_are_not_read_as_series(store: ParquetStore, make: Make) -> None:
    digest = store.put(make(5))

    with pytest.raises(DataError, match="expected stored series, was 'bars'"):
        store.series(digest)


@pytest.mark.parametrize("damage", ["cut", "garbled", "empty"])
def test_a_damaged_file_is_a_data_error(store: ParquetStore, make: Make, tmp_path: Path, damage: str) -> None:
    digest = store.put(make(200))
    path = tmp_path / "bars" / f"{digest}.parquet"
    content = path.read_bytes()
    middle = len(content) // 2
    path.write_bytes(
        {"cut": content[:middle], "garbled": content[:middle] + b"\xff" * 40 + content[middle + 40 :], "empty": b""}[
            damage
        ]
    )

    with pytest.raises(DataError, match=digest):
        store.bars(digest)


def test_a_file_under_the_wrong_name_is_a_data_error(store: ParquetStore, make: Make, tmp_path: Path) -> None:
    one, other = store.put(make(5)), make(6).digest
    (tmp_path / "bars" / f"{one}.parquet").rename(tmp_path / "bars" / f"{other}.parquet")

    with pytest.raises(DataError, match=f"expected content of digest {other}, was {one}"):
        store.bars(other)


def test_a_folder_that_cannot_be_made_is_a_ledger_error(make: Make, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(LedgerError, match="bars cannot be stored"):
        ParquetStore(tmp_path / "file" / "bars").put(make(5))


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes to read-only folders")
def test_a_read_only_folder_is_a_ledger_error(make: Make, tmp_path: Path) -> None:
    folder = tmp_path / "bars"
    folder.mkdir(mode=0o500)

    with pytest.raises(LedgerError, match="Permission denied"):
        ParquetStore(folder).put(make(5))


def check_a_full_disk_leaves_nothing_behind(store: ParquetStore, folder: Path, bars: Bars) -> None:
    """The put fails, no file is left, and once there is room the same put succeeds.

    A limit on file sizes stands for the full disk: the kernel refuses the write in the middle of the file.
    """
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, before[1]))
    try:
        with pytest.raises(LedgerError, match="File too large"):
            store.put(bars)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert list(folder.iterdir()) == []
    assert store.bars(store.put(bars)).digest == bars.digest


class InPlace(ParquetStore):
    """Writes straight to the file's final name."""

    def put(self, columns: Bars | Series) -> str:
        path = self._path(columns.digest)
        if not path.exists():
            try:
                path.write_bytes(bytes(200_000))
            except OSError as error:
                raise LedgerError(f"{path}: {error.strerror}") from error
        return columns.digest


def test_a_full_disk_is_a_ledger_error_and_leaves_nothing_behind(make: Make, tmp_path: Path) -> None:
    folder = tmp_path / "bars"
    folder.mkdir()

    check_a_full_disk_leaves_nothing_behind(ParquetStore(folder), folder, make(20_000))


def test_a_store_that_writes_in_place_fails_the_same_check(make: Make, tmp_path: Path) -> None:
    folder = tmp_path / "bars"
    folder.mkdir()

    with pytest.raises(AssertionError):
        check_a_full_disk_leaves_nothing_behind(InPlace(folder), folder, make(20_000))
