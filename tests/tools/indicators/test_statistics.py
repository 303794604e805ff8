from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest

from tests.tools.indicators.columns import bars, known
from tools.indicators.statistics import autocorrelation, hurst

UP_AND_DOWN = [100.0, 110.0] * 150


def test_a_z_score_counts_sample_deviations() -> None:
    # Ten closes of 9 and ten of 11: mean 10, sample variance 20 / 19.
    assert known(bars([9.0, 11.0] * 10))["z_20"] == pytest.approx(1.0 / sqrt(20.0 / 19.0))


def test_a_return_is_held_against_the_sixty_before_it() -> None:
    # 60 log returns of plus and minus log 1.1 in turn, then one of log 1.21.
    closes = [100.0, 110.0] * 30 + [100.0, 121.0]
    assert known(bars(closes))["return_z_60"] == pytest.approx(log(1.21) / (log(1.1) * sqrt(60.0 / 59.0)))


def test_moments_of_returns_that_alternate() -> None:
    facts = known(bars(UP_AND_DOWN))
    assert facts["skewness_250"] == pytest.approx(0.0, abs=1e-9)
    assert facts["kurtosis_250"] == pytest.approx(-2.0)
    assert facts["autocorrelation_1"] == pytest.approx(-249.0 / 250.0)
    assert facts["autocorrelation_5"] == pytest.approx(-245.0 / 250.0)
    assert facts["variance_ratio_5"] == pytest.approx(0.2)  # five of them sum to one of them
    assert "hurst_250" not in facts  # every second price is the same


def test_autocorrelation_by_hand() -> None:
    assert autocorrelation(np.array([1.0, -1.0, 1.0, -1.0]), 1) == -0.75
    assert np.isnan(autocorrelation(np.array([3.0, 3.0, 3.0]), 1))


def test_hurst_of_an_accelerating_price_is_one() -> None:
    # x = t^2 changes by 2 t k + k^2 in k bars: 2 k times the deviation of m = 250 - k times, sqrt(m (m + 1) / 12).
    lags = np.arange(2, 21)
    spread = 2.0 * lags * np.sqrt((250.0 - lags) * (251.0 - lags) / 12.0)
    expected = np.polyfit(np.log(lags), np.log(spread), 1)[0]
    assert hurst(np.arange(250.0) ** 2) == pytest.approx(expected)
    assert expected == pytest.approx(1.0, abs=0.05)


def test_hurst_of_random_walks_scatters_as_documented() -> None:
    random = np.random.default_rng(5)
    estimates = [hurst(np.cumsum(random.normal(size=250))) for _ in range(400)]
    assert np.mean(estimates) == pytest.approx(0.47, abs=0.02)
    assert np.mean([0.31 <= estimate <= 0.61 for estimate in estimates]) == pytest.approx(0.95, abs=0.03)


def test_hurst_tells_reversal_from_persistence() -> None:
    random = np.random.default_rng(6)
    noise = random.normal(size=2000)
    smooth = np.convolve(noise, np.ones(30), mode="valid")
    assert hurst(noise[:250]) < 0.2
    assert hurst(np.cumsum(smooth)[:250]) > 0.8
