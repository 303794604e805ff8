from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from fks_agents.bars import moment
from fks_agents.errors import DataError
from tools.macro import open_macro
from tools.macro.sample import SampleMacro

CHRISTMAS_EVE = datetime(2018, 12, 24, 21, tzinfo=UTC)


@pytest.fixture(scope="module")
def macro() -> SampleMacro:
    return SampleMacro()


def test_only_the_sample_has_macro_series() -> None:
    assert isinstance(open_macro("sample"), SampleMacro)
    assert open_macro("ccxt:binance") is None


def test_what_was_known_on_christmas_eve_2018(macro: SampleMacro) -> None:
    known = {
        series.name: (series.unit, moment(series.observed[-1]).date(), series.values[-1])
        for series in macro.series(CHRISTMAS_EVE)
    }

    # At 16:00 New York the VIX of that day (16:15) is not out; oil of Friday is; CPI is October's, yields November's.
    assert known == {
        "aaa_yield": ("percent", date(2018, 11, 1), 4.22),
        "baa_yield": ("percent", date(2018, 11, 1), 5.22),
        "core_cpi": ("points", date(2018, 10, 1), 258.939),
        "vix": ("points", date(2018, 12, 21), 30.11),
        "wti": ("price", date(2018, 12, 21), 45.38),
    }


@pytest.mark.parametrize(
    "name, observed, published",
    [
        ("vix", date(2018, 7, 2), datetime(2018, 7, 2, 20, 15, tzinfo=UTC)),
        ("wti", date(2018, 11, 21), datetime(2018, 11, 23, 21, tzinfo=UTC)),  # Thanksgiving lies between
        ("core_cpi", date(2013, 9, 1), datetime(2013, 10, 30, 12, 30, tzinfo=UTC)),  # as late as it ever was
        ("core_cpi", date(2018, 1, 1), datetime(2018, 3, 2, 13, 30, tzinfo=UTC)),
        ("aaa_yield", date(2018, 12, 1), datetime(2019, 1, 5, 23, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_a_value_is_published_when_the_table_says(
    macro: SampleMacro, name: str, observed: date, published: datetime
) -> None:
    series = next(s for s in macro.series(datetime(2020, 1, 1, tzinfo=UTC)) if s.name == name)
    row = [moment(ns).date() for ns in series.observed].index(observed)

    assert moment(series.published[row]) == published
    assert len(series.until(published)) == row + 1
    assert len(series.until(published - timedelta(seconds=1))) == row


def test_nothing_is_newer_than_as_of(macro: SampleMacro) -> None:
    for days in range(0, 7300, 37):
        as_of = datetime(1999, 1, 4, 21, tzinfo=UTC) + timedelta(days=days)
        for series in macro.series(as_of):
            series.guard(as_of)


def test_no_value_is_published_before_what_it_describes_is_over(macro: SampleMacro) -> None:
    day = 86_400 * 10**9
    for series in macro.series(datetime(2020, 1, 1, tzinfo=UTC)):
        monthly = series.name not in {"vix", "wti"}
        assert np.all(series.published > series.observed + (28 if monthly else 0) * day)


def test_a_series_that_has_not_begun_is_left_out(macro: SampleMacro) -> None:
    names = [series.name for series in macro.series(datetime(2010, 1, 4, 21, tzinfo=UTC))]

    assert names == ["aaa_yield", "baa_yield", "core_cpi", "wti"]


def test_values_are_finite(macro: SampleMacro) -> None:
    assert all(np.isfinite(series.values).all() for series in macro.series(datetime(2020, 1, 1, tzinfo=UTC)))


def test_a_time_without_zone_is_refused(macro: SampleMacro) -> None:
    with pytest.raises(DataError, match="expected a time with a zone"):
        macro.series(datetime(2018, 12, 24))  # noqa: DTZ001
