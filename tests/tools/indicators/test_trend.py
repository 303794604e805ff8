from __future__ import annotations

import pytest

from tests.tools.indicators.columns import bars, known

LINE = [float(price) for price in range(1, 251)]
"""1, 2, ... 250: every mean of n lags by (n - 1) / 2, and so does an exponential one started with a plain one."""


def test_means_of_a_straight_line_lag_by_half_their_length() -> None:
    facts = known(bars(LINE))
    assert [facts[f"sma_{length}"] for length in (20, 50, 200)] == [240.5, 225.5, 150.5]
    assert [facts[f"ema_{length}"] for length in (12, 26, 50)] == [
        pytest.approx(244.5), pytest.approx(237.5), pytest.approx(225.5),
    ]  # fmt: skip
    assert facts["close_to_sma_200"] == pytest.approx(100.0 * (250.0 / 150.5 - 1.0))
    assert facts["sma_50_to_sma_200"] == pytest.approx(100.0 * (225.5 / 150.5 - 1.0))
    assert facts["sma_20_change_5"] == pytest.approx(100.0 * (240.5 / 235.5 - 1.0))
    assert facts["sma_50_change_20"] == pytest.approx(100.0 * (225.5 / 205.5 - 1.0))


def test_a_straight_line_is_a_perfect_trend() -> None:
    facts = known(bars(LINE))
    assert facts["trend"] == "up"
    assert facts["trend_slope_20"] == pytest.approx(0.4)  # 1 per bar at 250
    assert facts["trend_fit_20"] == pytest.approx(1.0)
    assert facts["efficiency_ratio_20"] == 1.0
    # Every bar moves up by 1 and down by nothing; its true range is 1.
    assert facts["plus_di_14"] == pytest.approx(100.0)
    assert facts["minus_di_14"] == pytest.approx(0.0)
    assert facts["adx_14"] == pytest.approx(100.0)
    assert (facts["aroon_up_25"], facts["aroon_down_25"]) == (100.0, 0.0)


def test_a_falling_line_trends_down() -> None:
    facts = known(bars(LINE[::-1]))
    assert facts["trend"] == "down"
    assert facts["trend_slope_20"] == pytest.approx(-100.0)
    assert (facts["aroon_up_25"], facts["aroon_down_25"]) == (0.0, 100.0)


def test_there_and_back_is_no_trend() -> None:
    # 20 steps: ten up, ten down.
    peak = [float(price) for price in [*range(10, 20), *range(20, 9, -1)]]
    assert known(bars(peak))["efficiency_ratio_20"] == 0.0


def test_a_cross_of_the_means_is_counted_from_its_bar() -> None:
    # Deviations from 10: a 9 puts sma_50 below sma_200, the first 20 above it (their sum is 9, over 50 or 200).
    facts = known(bars([10.0] * 200 + [9.0] + [20.0] * 4))
    assert facts["bars_since_sma_cross"] == 3.0


def test_means_that_never_crossed_say_nothing_of_a_cross() -> None:
    assert "bars_since_sma_cross" not in known(bars(LINE))
