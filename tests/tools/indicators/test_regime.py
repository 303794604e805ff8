from __future__ import annotations

import pytest

from tests.tools.indicators.columns import bars, known
from tools.indicators import Values
from tools.indicators.regime import regime

STRONG: Values = {"adx_14": 25.0, "efficiency_ratio_20": 0.3}


@pytest.mark.parametrize(
    ("percentile", "known_values", "expected"),
    [
        (80.0, STRONG, "volatile"),
        (79.9, STRONG, "trending"),
        (79.9, {**STRONG, "adx_14": 24.9}, "calm"),
        (79.9, {**STRONG, "efficiency_ratio_20": 0.29}, "calm"),
        (79.9, {}, "calm"),
    ],
)
def test_volatility_comes_before_trend(percentile: float, known_values: Values, expected: str) -> None:
    assert regime(percentile, known_values) == expected


def test_the_percentile_counts_the_values_below_and_half_of_those_equal() -> None:
    # 80 closes give 60 values; only the last window of 20 returns holds the jump: (59 + 0.5) / 60.
    facts = known(bars([100.0] * 79 + [110.0]))
    assert facts["volatility_percentile"] == pytest.approx(100.0 * 59.5 / 60.0)
    assert facts["regime"] == "volatile"


def test_a_steady_climb_trends() -> None:
    # Growth of one in a thousand: no volatility at all, every value equal, and the straightest of paths.
    facts = known(bars([100.0 * 1.001**step for step in range(100)]))
    assert facts["volatility_percentile"] == 50.0
    assert facts["regime"] == "trending"


def test_a_dead_market_is_calm() -> None:
    facts = known(bars([100.0] * 80))
    assert (facts["volatility_percentile"], facts["regime"]) == (50.0, "calm")


def test_fewer_than_eighty_bars_have_no_regime() -> None:
    assert not {"regime", "volatility_percentile"} & known(bars([100.0] * 79)).keys()
