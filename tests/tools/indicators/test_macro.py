from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import sqrt

import numpy as np
import pytest

from fks_agents.bars import Series, moment
from fks_agents.errors import UsageError
from tools.indicators import macro, present
from tools.macro import open_macro

DAY = 86_400_000_000_000


def series(name: str, values: list[float], delay: int = 1, first: int = 0) -> Series:
    observed = DAY * (first + np.arange(len(values)))
    return Series(name, macro.SERIES[name].unit, "test", observed, observed + delay * DAY, np.array(values))


def test_an_index_is_compared_by_difference_and_a_price_by_ratio() -> None:
    values = [10.0] * 20 + [15.0]
    assert macro.describe(series("vix", values))["vix_change_20"] == 5.0
    assert macro.describe(series("wti", values))["wti_change_20"] == pytest.approx(50.0)


def test_a_value_is_placed_within_its_year() -> None:
    # Twelve months: six of 1, five of 3, then 3; mean 2, sample variance 12 / 11; six below, six equal.
    facts = macro.describe(series("baa_yield", [1.0, 3.0] * 6))
    assert facts["baa_yield"] == 3.0
    assert facts["baa_yield_z_12"] == pytest.approx(1.0 / sqrt(12.0 / 11.0))
    assert facts["baa_yield_percentile_12"] == pytest.approx(75.0)


def test_a_short_or_constant_series_has_fewer_facts() -> None:
    assert dict(present(macro.describe(series("vix", [10.0])))) == {"vix": 10.0}
    assert macro.describe(series("vix", [])) == {}
    constant = dict(present(macro.describe(series("core_cpi", [10.0] * 13))))
    assert constant == {"core_cpi": 10.0, "core_cpi_change_12": 0.0, "core_cpi_percentile_12": 50.0}


def test_age_counts_from_publication() -> None:
    known = series("vix", [10.0, 11.0], delay=3)  # published on days 3 and 4
    assert macro.age(known, moment(6 * DAY + DAY // 2)) == {"vix_age": 2.5}
    assert macro.age(series("vix", []), datetime(1970, 1, 2, tzinfo=UTC)) == {}


def test_the_credit_spread_is_known_when_both_yields_are() -> None:
    aaa, baa = series("aaa_yield", [3.0, 3.1, 3.2], delay=1), series("baa_yield", [4.2, 4.4], delay=2, first=1)
    spread = macro.credit_spread({"aaa_yield": aaa, "baa_yield": baa})
    assert spread is not None
    assert spread.values == pytest.approx([1.1, 1.2])
    assert spread.published.tolist() == [3 * DAY, 4 * DAY]
    assert macro.credit_spread({"aaa_yield": aaa}) is None


def test_a_series_without_a_meaning_is_refused_by_name() -> None:
    unknown = Series("m2", "currency", "test", np.array([0]), np.array([1]), np.array([1.0]))
    with pytest.raises(UsageError, match=r"unknown macro series 'm2'; expected one of vix, wti, core_cpi"):
        macro.describe(unknown)


def test_every_series_of_the_sample_has_a_meaning_and_its_unit() -> None:
    source = open_macro("sample")
    assert source is not None
    found = source.series(datetime(2018, 12, 24, tzinfo=UTC) + timedelta(hours=21))
    assert {each.name: each.unit for each in found}.items() <= {n: m.unit for n, m in macro.SERIES.items()}.items()
    assert {name for each in found for name in macro.describe(each)} <= {name for name, _, _ in macro.FACTS}
