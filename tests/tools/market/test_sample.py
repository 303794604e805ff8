from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from fks_agents.bars import moment
from fks_agents.errors import DataError, UsageError
from tools.market import open_market
from tools.market.sample import SampleMarket

CHRISTMAS_EVE = datetime(2018, 12, 24, 21, tzinfo=UTC)


@pytest.fixture(scope="module")
def sample() -> SampleMarket:
    return SampleMarket()


def test_the_spx_bar_of_christmas_eve_is_closed_at_21_utc(sample: SampleMarket) -> None:
    bars = sample.bars("SPX", "1d", CHRISTMAS_EVE, 3)

    assert [moment(ns).isoformat() for ns in bars.opened] == [
        "2018-12-20T14:30:00+00:00",
        "2018-12-21T14:30:00+00:00",
        "2018-12-24T14:30:00+00:00",
    ]
    assert bars.closed[-1] == int(CHRISTMAS_EVE.timestamp()) * 10**9
    # The file's row 12/24/2018: open, high, low, close, adjusted close, volume.
    row = (bars.open[-1], bars.high[-1], bars.low[-1], bars.close[-1], bars.volume[-1])
    assert row == (2400.560059, 2410.340088, 2351.100098, 2351.100098, 2613930000.0)


def test_one_second_before_its_close_the_bar_is_not_there(sample: SampleMarket) -> None:
    bars = sample.bars("SPX", "1d", CHRISTMAS_EVE - timedelta(seconds=1), 1)

    assert moment(bars.closed[-1]) == datetime(2018, 12, 21, 21, tzinfo=UTC)


def test_summer_sessions_close_at_20_utc(sample: SampleMarket) -> None:
    bars = sample.bars("IXIC", "1d", datetime(2018, 7, 2, 20, tzinfo=UTC), 1)

    assert moment(bars.opened[0]) == datetime(2018, 7, 2, 13, 30, tzinfo=UTC)


def test_a_week_ends_with_its_last_scheduled_session(sample: SampleMarket) -> None:
    # Good Friday 2018 was 30 March: the week ended on Thursday the 29th, 16:00 EDT.
    thursday = datetime(2018, 3, 29, 20, tzinfo=UTC)
    week = sample.bars("SPX", "1w", thursday, 1)
    days = sample.bars("SPX", "1d", thursday, 4)

    assert moment(week.closed[0]) == thursday
    assert week.opened[0] == days.opened[0]
    assert (week.open[0], week.close[0]) == (days.open[0], days.close[-1])
    assert (week.high[0], week.low[0]) == (days.high.max(), days.low.min())
    assert week.volume[0] == days.volume.sum()


def test_the_unfinished_last_week_of_2018_is_left_out(sample: SampleMarket) -> None:
    assert sample.span("SPX", "1w")[1] == datetime(2018, 12, 28, 21, tzinfo=UTC)


def test_the_span_is_twenty_years_of_sessions(sample: SampleMarket) -> None:
    first, last = sample.span("SPX", "1d")

    assert (first, last) == (datetime(1999, 1, 4, 21, tzinfo=UTC), datetime(2018, 12, 31, 21, tzinfo=UTC))
    assert len(sample.bars("SPX", "1d", last, 10_000)) == 5031


def test_all_prices_are_finite_and_positive(sample: SampleMarket) -> None:
    for symbol in sample.symbols():
        bars = sample.bars(symbol, "1d", datetime(2019, 1, 1, tzinfo=UTC), 10_000)
        assert all(
            np.all(np.isfinite(column) & (column > 0)) for column in (bars.open, bars.high, bars.low, bars.close)
        )


def test_an_unknown_symbol_is_answered_with_the_known_ones(sample: SampleMarket) -> None:
    with pytest.raises(UsageError, match=r"unknown symbol 'AAPL' for sample; expected one of IXIC, SPX"):
        sample.bars("AAPL", "1d", CHRISTMAS_EVE, 10)


def test_an_intraday_timeframe_is_answered_with_the_known_ones(sample: SampleMarket) -> None:
    with pytest.raises(UsageError, match=r"unknown timeframe '1h' for sample; expected one of 1d, 1w"):
        sample.span("SPX", "1h")


def test_a_time_before_the_data_says_when_data_begin(sample: SampleMarket) -> None:
    with pytest.raises(DataError, match=r"data begin with the bar closed 1999-01-04T21:00:00\+00:00"):
        sample.bars("SPX", "1d", datetime(1998, 12, 31, tzinfo=UTC), 10)


def test_the_sample_takes_no_argument() -> None:
    with pytest.raises(UsageError, match="takes no argument, was 'x'"):
        open_market("sample:x")


def test_reading_the_sample_imports_neither_arch_nor_pandas() -> None:
    program = (
        "import sys; from datetime import UTC, datetime; from tools.market import open_market;"
        "open_market('sample').bars('SPX', '1w', datetime(2018, 12, 24, 21, tzinfo=UTC), 600);"
        "print(*sorted({'arch', 'pandas', 'statsmodels', 'ccxt', 'exchange_calendars'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""
