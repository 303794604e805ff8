from __future__ import annotations

from math import e, log, sqrt

import pytest

from fks_agents.contracts import Timeframe
from tests.tools.indicators.columns import bars, known, number

UP_AND_DOWN = [100.0, 110.0] * 150
"""Log returns of plus and minus log 1.1 in turn: mean 0, sample variance of 20 log(1.1)^2 x 20 / 19."""


def test_a_gap_counts_into_the_true_range() -> None:
    facts = known(bars([13.0, 11.0], high=[13.0, 12.0], low=[13.0, 10.0]))
    assert facts["true_range"] == 3.0  # 13 - 10, from the close before


def test_the_average_of_equal_ranges_is_that_range() -> None:
    facts = known(bars([10.0] * 15, high=[11.0] * 15, low=[9.0] * 15))
    assert facts["atr_14"] == pytest.approx(2.0)
    assert facts["atr_percent"] == pytest.approx(20.0)
    assert facts["true_range_to_atr"] == pytest.approx(1.0)


def test_bands_lie_two_population_deviations_from_the_mean() -> None:
    facts = known(bars([9.0, 11.0] * 10))
    assert facts["bollinger_upper_20"] == pytest.approx(12.0)
    assert facts["bollinger_lower_20"] == pytest.approx(8.0)
    assert facts["bollinger_width_20"] == pytest.approx(40.0)
    assert facts["bollinger_position_20"] == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("timeframe", "per_year"), [("1w", 52.0), ("1d", 365.0), ("4h", 2190.0), ("1h", 8760.0), ("1m", 525_600.0)]
)
def test_volatility_is_brought_to_a_year_by_the_bars_in_it(timeframe: Timeframe, per_year: float) -> None:
    # These bars open on Saturdays too, so a year of days has 365.
    facts = known(bars(UP_AND_DOWN, timeframe=timeframe))
    assert facts["volatility_20"] == pytest.approx(100.0 * log(1.1) * sqrt(20.0 / 19.0 * per_year))
    assert facts["volatility_60"] == pytest.approx(100.0 * log(1.1) * sqrt(60.0 / 59.0 * per_year))
    assert facts["volatility_ewma"] == pytest.approx(100.0 * log(1.1) * sqrt(per_year))
    assert facts["expected_move_1"] == pytest.approx(100.0 * log(1.1) * sqrt(20.0 / 19.0))
    assert facts["volatility_ratio"] == pytest.approx(sqrt(20.0 / 19.0 * 59.0 / 60.0))


def test_a_year_of_market_days_without_saturdays_has_252() -> None:
    # Four daily bars from a Monday on.
    from tools.indicators._arithmetic import bars_per_year

    assert bars_per_year(bars([1.0] * 4, timeframe="1d")) == 252.0
    assert bars_per_year(bars([1.0] * 5, timeframe="1d")) == 252.0
    assert bars_per_year(bars([1.0] * 6, timeframe="1d")) == 365.0


def test_range_estimates_follow_their_formulas() -> None:
    # log(high / low) = 1 and open = close on every bar.
    measured = bars([1.0] * 20, high=[sqrt(e)] * 20, low=[1.0 / sqrt(e)] * 20, timeframe="1w")
    assert number(measured, "volatility_parkinson_20") == pytest.approx(100.0 * sqrt(52.0 / (4.0 * log(2.0))))
    assert number(measured, "volatility_garman_klass_20") == pytest.approx(100.0 * sqrt(52.0 / 2.0))
