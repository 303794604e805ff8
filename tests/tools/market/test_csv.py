from __future__ import annotations

import contextlib
import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from fks_agents.bars import Bars, moment
from fks_agents.contracts import Timeframe
from fks_agents.errors import DataError, UsageError
from tools.market import open_market
from tools.market._file import bars_of, choices
from tools.market.csv import read

LATER = datetime(2030, 1, 1, tzinfo=UTC)
PLAIN = """timestamp,open,high,low,close,volume
2024-01-01T00:00:00Z,10,12,9,11,100
2024-01-01T01:00:00Z,11,13,10,12,110
2024-01-01T02:00:00Z,12,14,11,13,120
"""
Opened = Callable[..., Bars]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """The bars of a file with this text, on its own timeframe unless another is named."""

    def open_text(
        text: str | bytes,
        timeframe: Timeframe = "1h",
        *,
        query: str = "",
        name: str = "btc.csv",
        as_of: datetime = LATER,
    ) -> Bars:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        market = open_market(f"csv:{path}{query}")
        return market.bars(market.symbols()[0], timeframe, as_of, 1_000)

    return open_text


def hours(bars: Bars) -> list[str]:
    return [f"{moment(ns):%d %H:%M}" for ns in bars.opened]


def test_a_plain_file_is_read(opened: Opened) -> None:
    bars = opened(PLAIN)

    assert (bars.symbol, bars.timeframe, bars.venue, bars.notes) == ("btc", "1h", "file", ())
    assert hours(bars) == ["01 00:00", "01 01:00", "01 02:00"]
    assert moment(bars.closed[-1]) == datetime(2024, 1, 1, 3, tzinfo=UTC)
    assert list(bars.open) == [10, 11, 12]
    assert list(bars.high) == [12, 13, 14]
    assert list(bars.low) == [9, 10, 11]
    assert list(bars.close) == [11, 12, 13]
    assert list(bars.volume) == [100, 110, 120]


@pytest.mark.parametrize(
    "header",
    [
        "Date,Open,High,Low,Close,Volume",
        "Datetime,O,H,L,C,V",
        "time;open;high;low;close;volume",
        "Gmt time\tOpen\tHigh\tLow\tClose\tVolume ",
        "<DATE>|<OPEN>|<HIGH>|<LOW>|<CLOSE>|<VOL>",
        '"Date","Open","High","Low","Close/Last","Volume"',
        ",open,high,low,close,volume",
        "timestamp_utc,open,high,low,close,Volume BTC",
    ],
)
def test_the_usual_spellings_mean_the_same(opened: Opened, header: str) -> None:
    delimiter = next(mark for mark in ";\t|," if mark in header)
    text = PLAIN.replace(PLAIN.splitlines()[0], header.replace(delimiter, ",")).replace(",", delimiter)

    bars = opened(text)

    assert bars.digest == opened(PLAIN).digest


@pytest.mark.parametrize(
    "times",
    [
        ["1704067200", "1704070800", "1704074400"],
        ["1704067200.0", "1704070800.0", "1704074400.0"],
        ["1704067200000", "1704070800000", "1704074400000"],
        ["1704067200000000", "1704070800000000", "1704074400000000"],
        ["1704067200000000000", "1704070800000000000", "1704074400000000000"],
        ["1704067200", "1704070800000", "1704074400000000"],  # some downloads change their unit half way
        ["2024-01-01 00:00", "2024-01-01 01:00", "2024-01-01 02:00"],
        ["2024-01-01 12-AM", "2024-01-01 01-AM", "2024-01-01 02-AM"],
        ["1/1/2024 12:00 AM", "1/1/2024 1:00 AM", "1/1/2024 2:00:00 AM"],
        ["2024.01.01 00:00:00", "2024.01.01 01:00:00", "2024.01.01 02:00:00"],
        ["01.01.2024 00:00:00.000", "01.01.2024 01:00:00.000", "01.01.2024 02:00:00.000"],
        ["01.01.2024 01:00:00.000 GMT+0100", "01.01.2024 02:00:00.000 GMT+0100", "01.01.2024 03:00:00.000 GMT+0100"],
        ["20240101 00:00", "20240101 01:00", "20240101 02:00"],
        ["2023-12-31T19:00:00-05:00", "2024-01-01T02:00:00+01:00", "2024-01-01T02:00:00Z"],
    ],
)  # fmt: skip
def test_the_usual_times_mean_the_same(opened: Opened, times: list[str]) -> None:
    query = "?dates=dmy" if "/" in times[0] else ""
    rows = [line.partition(",")[2] for line in PLAIN.splitlines()[1:]]
    text = "\n".join(["timestamp,open,high,low,close,volume", *map(",".join, zip(times, rows, strict=True))])

    assert opened(text, query=query).digest == opened(PLAIN).digest


def test_noon_on_the_twelve_hour_clock_is_twelve(opened: Opened) -> None:
    text = "date,open,high,low,close\n2019-10-17 11-AM,1,1,1,1\n2019-10-17 12-PM,1,1,1,1\n2019-10-17 01-PM,1,1,1,1\n"

    assert hours(opened(text)) == ["17 11:00", "17 12:00", "17 13:00"]


def test_a_date_and_a_clock_in_two_columns_are_joined(opened: Opened) -> None:
    text = PLAIN.replace("timestamp", "<DATE>,<TIME>").replace("T0", ",0").replace("Z,", ",")

    assert opened(text).digest == opened(PLAIN).digest


def test_lines_before_the_header_are_skipped(opened: Opened) -> None:
    text = "Timestamps are UTC,https://www.example.org\n# another\n\n" + PLAIN

    assert opened(text).digest == opened(PLAIN).digest


def test_newest_first_is_turned_round_and_noted(opened: Opened) -> None:
    header, *rows = PLAIN.splitlines()

    bars = opened("\n".join([header, *reversed(rows)]))

    assert bars.digest == opened(PLAIN).digest
    assert bars.notes == ("rows came newest first: turned round",)


def test_one_row_out_of_order_is_put_right_and_noted(opened: Opened) -> None:
    header, one, two, three = PLAIN.splitlines()

    bars = opened("\n".join([header, one, three, two]))

    assert bars.digest == opened(PLAIN).digest
    assert bars.notes == ("1 rows were earlier than the row before, first row 4: put in rising order",)


def test_a_row_of_dots_is_a_day_without_a_price(opened: Opened) -> None:
    bars = opened(PLAIN + "2024-01-01T03:00:00Z,.,.,.,.,\n2024-01-01T04:00:00Z,1,1,1,1,1\n")

    assert hours(bars) == ["01 00:00", "01 01:00", "01 02:00", "01 04:00"]
    assert bars.notes == ("1 rows without any price left out, first row 5",)


def test_times_may_name_the_close(opened: Opened) -> None:
    at_close = opened(PLAIN, query="?time=close")
    by_name = opened(PLAIN.replace("timestamp", "close_time"))

    assert moment(at_close.opened[0]) == datetime(2023, 12, 31, 23, tzinfo=UTC)
    assert moment(at_close.closed[0]) == datetime(2024, 1, 1, tzinfo=UTC)
    assert by_name.digest == at_close.digest


def test_without_a_header_the_order_is_the_usual_one(opened: Opened) -> None:
    assert opened(PLAIN.partition("\n")[2]).digest == opened(PLAIN).digest


def test_bid_and_ask_are_averaged_and_noted(opened: Opened) -> None:
    text = (
        "20240101 00:00,1,3,1,2,0,3,5,3,4,0\n20240101 01:00,1,3,1,2,0,3,5,3,4,0\n20240101 02:00,1,3,1,2,0,3,5,3,4,0\n"
    )

    bars = opened(text)

    assert (bars.open[0], bars.high[0], bars.low[0], bars.close[0]) == (2, 4, 2, 3)
    assert bars.notes[0] == "prices are the mean of bid and ask"


def test_missing_volume_is_zero_and_noted(opened: Opened) -> None:
    bars = opened("\n".join(line.rpartition(",")[0] for line in PLAIN.splitlines()))

    assert list(bars.volume) == [0, 0, 0]
    assert bars.notes == ("no column of volume: volume is zero",)


def test_tick_volume_stands_in_where_volume_is_empty(opened: Opened) -> None:
    text = "Date,Open,High,Low,Close,Tickvol,Volume\n" + "".join(
        f"2024-01-01 0{hour}:00,1,1,1,1,{60 + hour},0\n" for hour in range(3)
    )

    bars = opened(text)

    assert list(bars.volume) == [60, 61, 62]
    assert bars.notes == ("volume counts ticks, not units",)


@pytest.mark.parametrize(
    "names", ["volume,Volume USD", "Volume BTC,Volume USD", "volume_btc,volume", "VolumeFrom,VolumeTo"]
)
def test_volume_in_units_is_taken_and_put_right_where_swapped(opened: Opened, names: str) -> None:
    text = f"date,open,high,low,close,{names}\n" + "".join(
        f"2024-01-01 0{hour}:00,8000,8000,8000,8000,{pair}\n"
        for hour, pair in enumerate(["2,16000", "24000,3", "4,32000"])
    )

    bars = opened(text)

    assert list(bars.volume) == [2, 3, 4]
    assert bars.notes == ("volume in units and in currency were swapped in 1 rows: put right",)


def test_identical_repetitions_are_left_out_and_noted(opened: Opened) -> None:
    bars = opened(PLAIN + PLAIN.splitlines()[2] + "\n")

    assert bars.digest == opened(PLAIN).digest
    assert bars.notes == (
        "1 rows were earlier than the row before, first row 5: put in rising order",
        "1 identical repetitions left out, first row 5",
    )


def test_a_finer_file_is_resampled_up(opened: Opened) -> None:
    text = "timestamp,open,high,low,close,volume\n" + "".join(
        f"2024-01-01 {hour:02}:00,{hour + 1},{hour + 3},{hour + 0.5},{hour + 2},1\n" for hour in range(9)
    )

    bars = opened(text, "4h")

    assert hours(bars) == ["01 00:00", "01 04:00"]
    assert (list(bars.open), list(bars.high), list(bars.low), list(bars.close)) == ([1, 5], [6, 10], [0.5, 4.5], [5, 9])


def test_a_timeframe_finer_than_the_file_is_refused(opened: Opened) -> None:
    with pytest.raises(UsageError, match=r"not finer than the bars' \(1h, 4h, 1d, 1w\), was '15m'"):
        opened(PLAIN, "15m")


def test_a_day_at_new_york_is_a_session(opened: Opened) -> None:
    text = "Date,Open,High,Low,Close\n12/20/2018,1,1,1,1\n12/21/2018,1,1,1,1\n12/24/2018,1,1,1,1\n"
    friday_night = datetime(2018, 12, 21, 21, tzinfo=UTC)

    with_venue = opened(text, "1d", query="?venue=XNYS", as_of=friday_night)
    without = opened(text, "1d", as_of=friday_night)

    assert moment(with_venue.closed[-1]) == friday_night
    assert moment(without.closed[-1]) == datetime(2018, 12, 21, tzinfo=UTC)  # Friday's UTC day is not over


def test_local_times_are_read_in_their_zone(opened: Opened) -> None:
    text = "time,open,high,low,close\n2024-03-08 16:00,1,1,1,1\n2024-03-08 17:00,1,1,1,1\n2024-03-11 16:00,1,1,1,1\n"

    bars = opened(text, query="?zone=America/New_York")

    assert hours(bars) == ["08 21:00", "08 22:00", "11 20:00"]  # summer time began on the 10th


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_marks_of_the_encoding_do_not_matter(opened: Opened, encoding: str) -> None:
    assert opened(PLAIN.encode(encoding)).digest == opened(PLAIN).digest


def test_gzipped_text_is_read(opened: Opened) -> None:
    bars = opened(gzip.compress(PLAIN.encode()), name="btc.csv.gz")

    assert bars.digest == opened(PLAIN).digest


@pytest.mark.parametrize(
    "damage, complaint",
    [
        (("11,13,10,12", "11,13,ten,12"), "row 3, column low: expected a number, was 'ten'"),
        (("11,13,10,12", "11,inf,10,12"), "row 3, column high: expected a finite number, was 'inf'"),
        (("11,13,10,12", '11,"1,3",10,12'), "row 3, column high: expected a number, was '1,3'"),
        (("11,13,10,12", "11,.,10,12"), "row 3, column high: expected a number as in the row's other prices"),
        (("11,13,10,12,110", "11,13,10,12"), "row 3: expected 6 cells, was 5"),
        (("2024-01-01T01:00:00Z", "2024-13-01T01:00:00Z"), "row 3, column timestamp: expected a time, was '2024-13-01"),
        (("2024-01-01T01:00:00Z", "2024-01-01 01:00:00"), "row 3, column timestamp: expected a time with a zone"),
        (("2024-01-01T01:00:00Z", ""), "row 3, column timestamp: expected a time, was ''"),
        (("2024-01-01T01:00:00Z", "2024-01-01T02:00:00Z"), "rows 3 and 4: expected one bar for 2024-01-01T02:00:00"),
        (("2024-01-01T01:00:00Z", "2024-01-01T01:30:00Z"), "expected rows 1m, 5m.* apart, was 1:00:00|rows 3 and 4"),
        (("high", "top"), "expected a column for high, was 'timestamp', 'open', 'top'"),
        (("timestamp", "when"), "expected a column of times, was 'when'"),
    ],
)
def test_what_is_broken_is_named(opened: Opened, damage: tuple[str, str], complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        opened(PLAIN.replace(*damage), query="?timeframe=1h")


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("", "expected a header that names time, open, high, low and close"),
        ("a,b\n1,2\n", r"expected a header .*, was 'a,b'"),
        ("timestamp,open,high,low,close\n", "expected rows of prices, was none"),
        ("timestamp,open,high,low,close\n2024-01-01,.,.,.,.\n", "expected rows of prices, was none with a price"),
        ("timestamp,open,high,low,close\n2024-01-01,1,1,1,1\n", "expected at least 3 rows to tell the timeframe"),
        ("date,symbol,open,high,low,close\n2024-01-01,A,1,1,1,1\n2024-01-02,B,1,1,1,1\n",
         "row 3, column symbol: expected the one symbol of the file, 'A', was 'B'"),
        (",A:open,A:high,A:low,A:close\n2024-01-01,1,1,1,1\n", "expected a header"),
        ("0,1,1,1,1,1\n60000,1,1,1,1,1\n120000,1,1,1,1,1\n", "row 1, column time: expected a time, was '0'"),
        ("date,open,high,low,close\n1/2/2024,1,1,1,1\n1/3/2024,1,1,1,1\n1/4/2024,1,1,1,1\n",
         "shows? whether day or month comes first, was '1/2/2024'; say .dates=dmy or .dates=mdy"),
        ("date,open,high,low,close\n2024-01-01,1,1,1,1\n2024-02-01,1,1,1,1\n2024-03-01,1,1,1,1\n",
         "expected rows 1m, 5m, 15m, 30m, 1h, 4h, 1d, 1w apart, was 29 days"),
        ("date,open,high,low,close\n99999999999999999999,1,1,1,1\n", "expected a time since 1980"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_by_name(opened: Opened, text: str, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        opened(text)


def test_a_local_time_the_clock_skipped_is_refused(opened: Opened) -> None:
    text = "time,open,high,low,close\n2024-03-10 01:00,1,1,1,1\n2024-03-10 02:00,1,1,1,1\n2024-03-10 03:00,1,1,1,1\n"

    with pytest.raises(DataError, match="row 3, column time: expected a time the clocks of America/New_York showed"):
        opened(text, query="?zone=America/New_York")


@pytest.mark.parametrize(
    "content",
    [b"\x1f\x8bgarbage", b"\xff\x00\xfe\x01\x80", gzip.compress(PLAIN.encode(), mtime=0)[:-9]],
    ids=["no gzip", "no text", "cut off"],
)
def test_bytes_that_are_no_text_are_a_data_error(opened: Opened, content: bytes) -> None:
    with pytest.raises(DataError, match="expected text, plain or gzipped"):
        opened(content)


@pytest.mark.parametrize(
    "query, complaint",
    [
        ("?color=red", "unknown option 'color' for csv; expected one of dates, symbol, time, timeframe, venue, zone"),
        ("?timeframe=2h", "unknown timeframe '2h'"),
        ("?time=noon", "unknown time 'noon' for csv; expected one of open, close"),
        ("?zone=Mars/Base", "unknown zone 'Mars/Base'"),
        ("?dates=ymd", "unknown dates 'ymd'"),
    ],
)
def test_an_unknown_option_is_answered_with_the_known_ones(opened: Opened, query: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        opened(PLAIN, query=query)


@pytest.mark.parametrize("argument", ["", "none.csv", "none.csv?time=close"])
def test_a_path_that_is_no_file_is_refused(argument: str) -> None:
    with pytest.raises(UsageError, match="expected csv:PATH with the path of a file"):
        open_market(f"csv:{argument}")


def test_the_symbol_can_be_named(opened: Opened) -> None:
    assert opened(PLAIN, query="?symbol=BTC/USDT").symbol == "BTC/USDT"


@settings(max_examples=50, deadline=None)
@given(order=st.permutations(range(12)), unit=st.sampled_from([1, 1000, 10**6, 10**9]))
def test_the_order_of_rows_and_the_unit_of_time_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], unit: int
) -> None:
    prices = 100 + np.random.default_rng(7).normal(0, 1, 12)
    lines = [
        f"{(1704067200 + 3600 * row) * unit},{prices[row]},{prices[row] + 1},{prices[row] - 1},{prices[row]},1"
        for row in order
    ]
    path = tmp_path_factory.mktemp("orders") / "x.csv"
    path.write_text("\n".join(["unix,open,high,low,close,volume", *lines]))

    bars = bars_of(read(path), choices(str(path), "csv"))

    assert list(bars.close) == list(prices)
    assert hours(bars) == [f"01 {row:02}:00" for row in range(12)]


_RUBBISH = (
    "", ".", "nan", "inf", "-1", "0", "1e3", "1e400", "1,5", "٣", "²", "1704067200", "20240101", "1/2/2024",
    "31/12/2024 9 PM", "2024-01-01", "2024-01-02", "2024-01-03", "2024-03-10 02:30", "2024-02-30", "99999999-99-99",
    "0001-01-01", "9999-12-31T23:59:59-23:59", "2262-04-12",
)  # fmt: skip
_CELLS = st.one_of(st.sampled_from(_RUBBISH), st.text(max_size=12))


@settings(max_examples=150, deadline=None)
@given(
    cells=st.lists(st.lists(_CELLS, min_size=6, max_size=6), min_size=1, max_size=5),
    header=st.sampled_from(["timestamp,open,high,low,close,volume", "date,open,high,low,close,symbol", ""]),
    query=st.sampled_from(["", "?timeframe=1d", "?zone=America/New_York&timeframe=1h", "?venue=XNYS&timeframe=1d"]),
)
def test_rubbish_is_refused_and_never_crashes(
    tmp_path_factory: pytest.TempPathFactory, cells: list[list[str]], header: str, query: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "rubbish.csv"
    path.write_bytes("\n".join([header, *(",".join(row) for row in cells)]).encode("utf-8", "replace"))
    market = open_market(f"csv:{path}{query}")
    with contextlib.suppress(DataError, UsageError):
        first, last = market.span("rubbish", "1w")
        assert first <= last
