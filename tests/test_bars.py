from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, strategies as st

from fks_agents.bars import Bars, Series, moment, nanoseconds
from fks_agents.errors import DataError, LookaheadError

HOUR = 3_600_000_000_000
START = nanoseconds(datetime(2024, 1, 1, tzinfo=UTC))


def hourly(closes: list[float]) -> Bars:
    opened = START + HOUR * np.arange(len(closes))
    prices = np.array(closes)
    return Bars("BTC/USDT", "1h", "test", opened, opened + HOUR, prices, prices, prices, prices, np.ones(len(closes)))


def test_until_keeps_only_bars_closed_by_then() -> None:
    bars = hourly([1.0, 2.0, 3.0])
    assert bars.until(datetime(2024, 1, 1, 2, tzinfo=UTC)).close.tolist() == [1.0, 2.0]
    assert bars.until(datetime(2024, 1, 1, 1, 59, 59, tzinfo=UTC)).close.tolist() == [1.0]


def test_a_later_bar_is_a_lookahead() -> None:
    with pytest.raises(LookaheadError, match="closed 2024-01-01T03:00:00"):
        hourly([1.0, 2.0, 3.0]).guard(datetime(2024, 1, 1, 2, tzinfo=UTC))


def test_a_series_is_cut_by_publication_not_by_observation() -> None:
    observed = np.array([START, START + HOUR])
    series = Series("cpi", "points", "test", observed, observed + 10 * HOUR, np.array([1.0, 2.0]))
    assert series.until(moment(START + 10 * HOUR)).values.tolist() == [1.0]
    with pytest.raises(LookaheadError, match="cpi"):
        series.guard(moment(START + 10 * HOUR))


def test_columns_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="read-only"):
        hourly([1.0]).close[0] = 2.0


def test_times_that_do_not_rise_are_refused() -> None:
    twice = np.array([START, START])
    with pytest.raises(DataError, match="must rise"):
        Bars("X", "1h", "test", twice, twice + HOUR, np.ones(2), np.ones(2), np.ones(2), np.ones(2), np.ones(2))


def test_columns_of_other_length_are_refused_by_name() -> None:
    opened = np.array([START])
    with pytest.raises(DataError, match="low: expected 1 values"):
        Bars("X", "1h", "test", opened, opened + HOUR, np.ones(1), np.ones(1), np.ones(2), np.ones(1), np.ones(1))


def test_one_changed_value_changes_the_digest() -> None:
    assert hourly([1.0, 2.0]).digest == hourly([1.0, 2.0]).digest
    assert hourly([1.0, 2.0]).digest != hourly([1.0, 2.0000001]).digest


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_nanoseconds_and_back_are_the_same_moment(when: datetime) -> None:
    assert moment(nanoseconds(when)) == when
