from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import fastparquet
import pandas as pd
import pytest

from fks_agents.bars import moment
from fks_agents.errors import DataError, UsageError
from tools.market import open_market

LATER = datetime(2030, 1, 1, tzinfo=UTC)
HOURS = pd.date_range("2024-01-01", periods=4, freq="h")


def written(tmp_path: Path, frame: pd.DataFrame, *, index: bool = False) -> str:
    path = tmp_path / "btc.parquet"
    fastparquet.write(str(path), frame, write_index=index)
    return f"parquet:{path}"


def prices(**columns: object) -> pd.DataFrame:
    values = {"open": [1.0, 2, 3, 4], "high": [2.0, 3, 4, 5], "low": [0.5, 1, 2, 3], "close": [1.5, 2, 3, 4]}
    return pd.DataFrame({**columns, **values, "volume": [1, 2, 3, 4]})


@pytest.mark.parametrize(
    "times",
    [
        HOURS,
        HOURS.tz_localize("UTC"),
        HOURS.tz_localize("UTC").tz_convert("Asia/Tokyo"),
        HOURS.astype("int64") // 10**6,
    ],
    ids=["naive", "utc", "tokyo", "milliseconds"],
)
def test_times_of_every_type_mean_the_same(tmp_path: Path, times: pd.Index) -> None:
    bars = open_market(written(tmp_path, prices(timestamp=times))).bars("btc", "1h", LATER, 10)

    assert moment(bars.opened[0]) == datetime(2024, 1, 1, tzinfo=UTC)
    assert moment(bars.closed[-1]) == datetime(2024, 1, 1, 4, tzinfo=UTC)
    assert list(bars.close) == [1.5, 2, 3, 4]
    assert list(bars.volume) == [1, 2, 3, 4]


def test_a_time_index_counts_as_a_column(tmp_path: Path) -> None:
    frame = prices().set_index(HOURS.rename("date"))

    bars = open_market(written(tmp_path, frame, index=True)).bars("btc", "1h", LATER, 10)

    assert moment(bars.opened[-1]) == datetime(2024, 1, 1, 3, tzinfo=UTC)


def test_naive_times_are_read_in_the_zone_that_is_named(tmp_path: Path) -> None:
    spec = written(tmp_path, prices(timestamp=HOURS)) + "?zone=America/New_York"

    bars = open_market(spec).bars("btc", "1h", LATER, 10)

    assert moment(bars.opened[0]) == datetime(2024, 1, 1, 5, tzinfo=UTC)


def test_a_missing_price_is_named_by_row_and_column(tmp_path: Path) -> None:
    frame = prices(timestamp=HOURS)
    frame.loc[2, "low"] = float("nan")

    with pytest.raises(DataError, match=r"btc\.parquet, row 3, column low: expected a number"):
        open_market(written(tmp_path, frame)).bars("btc", "1h", LATER, 10)


def test_a_missing_time_is_named_by_row(tmp_path: Path) -> None:
    frame = prices(timestamp=HOURS)
    frame.loc[1, "timestamp"] = pd.NaT

    with pytest.raises(DataError, match="row 2, column timestamp: expected a time, was 'NaT'"):
        open_market(written(tmp_path, frame)).bars("btc", "1h", LATER, 10)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\xff" * 100 + b"PAR1"])
def test_a_file_that_is_no_parquet_is_a_data_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.parquet"
    path.write_bytes(content)

    with pytest.raises(DataError, match=r"bad\.parquet: expected a Parquet file"):
        open_market(f"parquet:{path}").bars("bad", "1h", LATER, 10)


def test_a_path_that_is_no_file_is_refused() -> None:
    with pytest.raises(UsageError, match="expected parquet:PATH with the path of a file"):
        open_market("parquet:none.parquet")
