from __future__ import annotations

from dataclasses import fields
from math import isfinite, sqrt

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats

from evaluators.statistics import PathMetrics, measure, ratios
from fks_agents.errors import DataError, UsageError

EQUITY = [100.0, 120.0, 90.0, 108.0, 135.0]
"""Returns 0.2, -0.25, 0.2, 0.25: mean 0.1, squares about it 0.01 + 0.1225 + 0.01 + 0.0225 = 0.165."""


def path(equity: object, per_year: float = 4.0, riskless: float = 0.0) -> PathMetrics:
    return measure(equity, per_year=per_year, riskless=riskless).path


def test_every_metric_of_a_path_worked_by_hand() -> None:
    found = path(EQUITY)
    assert found.bars == 4
    assert found.total_return == pytest.approx(0.35)
    assert found.cagr == pytest.approx(0.35)  # four bars are a year
    assert found.volatility == pytest.approx(2.0 * sqrt(0.165 / 3.0))
    assert found.sharpe == pytest.approx(2.0 * 0.1 / sqrt(0.165 / 3.0))
    assert found.sortino == pytest.approx(1.6)  # 2 x 0.1 / sqrt(0.0625 / 4)
    assert found.max_drawdown == pytest.approx(0.25)
    assert (found.max_drawdown_bars, found.longest_drawdown_bars) == (3, 3)  # from 120 to 135
    assert found.calmar == pytest.approx(1.4)
    assert found.omega == pytest.approx(2.6)  # 0.65 / 0.25
    assert found.value_at_risk == pytest.approx(0.1825)  # 0.15 of the way from -0.25 to 0.2
    assert found.expected_shortfall == pytest.approx(0.25)
    assert found.tail_ratio == pytest.approx(0.2425 / 0.1825)
    assert found.undefined == {}


def test_moments_are_scipys() -> None:
    returns = np.random.default_rng(1).standard_t(5, 400) / 100.0
    assert ratios.skewness(returns) == pytest.approx(stats.skew(returns))
    assert ratios.kurtosis(returns) == pytest.approx(stats.kurtosis(returns, fisher=False))


def test_the_tail_is_the_mean_of_the_worst_twentieth() -> None:
    returns = np.random.default_rng(2).permutation(np.arange(-50, 51) / 1000.0)
    assert ratios.value_at_risk(returns) == pytest.approx(0.045)
    assert ratios.expected_shortfall(returns) == pytest.approx(0.0475)  # -50 .. -45
    assert ratios.tail_ratio(returns) == pytest.approx(1.0)


def test_the_riskless_rate_is_taken_off_each_bar() -> None:
    found, rate = path(EQUITY, riskless=0.08), 1.08**0.25 - 1.0
    assert found.sharpe == pytest.approx(2.0 * (0.1 - rate) / sqrt(0.165 / 3.0))
    assert found.volatility == path(EQUITY).volatility


@pytest.mark.parametrize(
    ("equity", "depth", "bars", "is_recovered", "longest"),
    [
        ([1.0, 2.0, 3.0], 0.0, 0, True, 0),
        ([4.0, 3.0, 4.0], 0.25, 2, True, 2),
        ([4.0, 2.0, 3.0], 0.5, 2, False, 2),
        ([4.0, 3.0, 3.5, 4.0, 2.0, 5.0], 0.5, 2, True, 3),  # the longest is not the deepest
        ([5.0, 5.0, 4.0, 5.0], 0.2, 2, True, 2),  # from the last bar at the maximum
        ([2.0, 1.0], 0.5, 1, False, 1),
        ([2.0, -1.0], 1.5, 1, False, 1),
    ],
)
def test_a_drawdown_lasts_from_its_maximum_to_the_recovery_or_the_end(
    equity: list[float], depth: float, bars: int, is_recovered: bool, longest: int
) -> None:
    found = ratios.drawdown(np.array(equity))
    assert found.depth == pytest.approx(depth)
    assert found[1:] == (bars, is_recovered, longest)


def test_what_has_no_value_is_none_and_says_why() -> None:
    rising = path([1.0, 1.1, 1.21, 1.4])
    assert (rising.sortino, rising.calmar, rising.omega, rising.tail_ratio) == (None, None, None, None)
    assert rising.undefined["sortino"] == "no return is negative"
    assert rising.undefined["calmar"] == "equity never fell below an earlier value"
    flat = path([1.0, 1.0, 1.0])
    assert (flat.sharpe, flat.volatility, flat.skewness) == (None, None, None)
    assert flat.undefined["sharpe"] == "returns do not vary"
    assert flat.total_return == 0.0
    assert path([1.0, 2.0]).undefined["volatility"] == "fewer than two returns"
    assert path([1.0, 1e9], per_year=100.0).undefined["cagr"].startswith("too short a time")


def test_after_ruin_only_return_and_drawdown_are_left() -> None:
    found = path([10.0, 5.0, -1.0, 3.0])
    assert found.total_return == pytest.approx(-0.7)
    assert found.max_drawdown == pytest.approx(1.1)
    assert set(found.undefined.values()) == {"nothing was left at row 2"}
    assert (found.cagr, found.sharpe, found.value_at_risk) == (None, None, None)


def test_buying_and_holding_stands_beside() -> None:
    found = measure(EQUITY, per_year=4.0, prices=[10.0, 11.0, 12.0, 13.0, 12.0])
    assert found.benchmark is not None
    assert found.benchmark.total_return == pytest.approx(0.2)
    assert found.benchmark == path([10.0, 11.0, 12.0, 13.0, 12.0])


@given(st.lists(st.floats(0.01, 1e6), min_size=2, max_size=40))
@settings(deadline=None)
def test_each_field_is_a_finite_number_or_none_with_a_reason(equity: list[float]) -> None:
    found = path(equity, per_year=252.0)
    for field in fields(found):
        value = getattr(found, field.name)
        if field.name != "undefined":
            assert (value is None) == (field.name in found.undefined)
            assert value is None or isfinite(value)


@given(st.lists(st.floats(0.5, 2.0), min_size=3, max_size=40), st.sampled_from([0.25, 8.0]))
@settings(deadline=None)
def test_the_currency_does_not_matter(equity: list[float], scale: float) -> None:
    assert path(equity) == path([scale * value for value in equity])  # powers of two change no bit


@pytest.mark.parametrize(
    ("equity", "says"),
    [
        ([1.0, float("nan")], "equity, row 1: expected a finite number, was nan"),
        ([1.0], "equity: expected at least 2 values, was 1"),
        ([0.0, 1.0], r"equity, row 0: expected a positive number, was 0\.0"),
        ([[1.0, 2.0]], r"equity: expected one column, was shape \(1, 2\)"),
    ],
)
def test_equity_with_a_hole_is_refused(equity: object, says: str) -> None:
    with pytest.raises(DataError, match=says):
        path(equity)


def test_prices_of_another_length_are_refused() -> None:
    with pytest.raises(DataError, match="prices: expected 5 values as in equity, was 2"):
        measure(EQUITY, per_year=4.0, prices=[1.0, 2.0])
    with pytest.raises(UsageError, match="per_year"):
        measure(EQUITY, per_year=0.0)
