"""Random walk, drift and EWMA against numbers worked out by hand."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pytest

from fks_agents.errors import UsageError
from tests.tools.forecasters.conftest import Walk
from tools.forecasters import drift, ewma, random_walk

UPPER = 1.2815515655446004
"""z of the 90 % quantile of the standard normal; the 10 % quantile is its negative."""


def test_random_walk_spreads_with_the_root_of_time() -> None:
    # Up and down by log 1.1 each bar: mean square log(1.1)^2, deviation log 1.1, after 4 bars 2 log 1.1 = log 1.21.
    closes = [100.0, 110.0] * 11
    path = random_walk.forecast(closes, 4, (0.1, 0.5, 0.9))
    assert path[0] == pytest.approx([110 * 1.1**-UPPER, 110, 110 * 1.1**UPPER], rel=1e-14)
    assert path[3] == pytest.approx([110 * 1.21**-UPPER, 110, 110 * 1.21**UPPER], rel=1e-14)


def test_random_walk_has_no_drift() -> None:
    # 1 % up each bar: the deviation about zero is log 1.01, and the median is the last close.
    closes = [1.01**i for i in range(21)]
    path = random_walk.forecast(closes, 1, (0.5, 0.9))
    assert path[0] == pytest.approx([1.01**20, 1.01**20 * 1.01**UPPER], rel=1e-12)


def test_drift_goes_on_along_the_mean_return() -> None:
    # Returns alternate 0.03 and -0.01, ten times each: mean 0.01, sum of squared distances 20 x 0.02^2,
    # s = 0.02 sqrt(20 / 19). Five bars ahead: mean 0.05, variance s^2 x 5 (1 + 5 / 20) = s^2 x 6.25, deviation 2.5 s.
    closes = [100 * exp(total) for total in np.concatenate(([0.0], np.cumsum([0.03, -0.01] * 10)))]
    path = drift.forecast(closes, 5, (0.1, 0.5, 0.9))
    last, deviation = 100 * exp(0.2), 2.5 * 0.02 * sqrt(20 / 19)
    expected = [last * exp(0.05 - UPPER * deviation), last * exp(0.05), last * exp(0.05 + UPPER * deviation)]
    assert path[4] == pytest.approx(expected, rel=1e-12)


def test_a_steady_rise_leaves_drift_no_doubt() -> None:
    closes = [2.0**i for i in range(21)]
    assert drift.forecast(closes, 2, (0.1, 0.9)) == pytest.approx(
        np.array([[2.0**21, 2.0**21], [2.0**22, 2.0**22]]), rel=1e-9
    )


def test_ewma_of_equal_moves_is_that_move() -> None:
    path = ewma.forecast([100.0, 110.0] * 11, 4, (0.5, 0.9))
    assert path[3] == pytest.approx([110, 110 * 1.21**UPPER], rel=1e-13)


def test_ewma_weighs_the_newest_return_most() -> None:
    # Nineteen quiet bars, then one of log 1.1: weight 1 of 1 + 0.5 + ... + 0.5^19 = 2 - 2^-19.
    closes = [100.0] * 20 + [110.0]
    deviation = log(1.1) / sqrt(2 - 2**-19)
    assert ewma.weighted(decay=0.5)(closes, 1, (0.9,))[0, 0] == pytest.approx(110 * exp(UPPER * deviation), rel=1e-13)
    # At RiskMetrics' 0.94 the weight is 0.06 / (1 - 0.94^20).
    deviation = log(1.1) * sqrt(0.06 / (1 - 0.94**20))
    assert ewma.forecast(closes, 1, (0.9,))[0, 0] == pytest.approx(110 * exp(UPPER * deviation), rel=1e-13)


@pytest.mark.parametrize("decay", [0.0, 1.0, -0.5, float("nan")])
def test_a_decay_that_is_no_fraction_is_refused(decay: float) -> None:
    with pytest.raises(UsageError, match="decay must lie between 0 and 1"):
        ewma.weighted(decay)


def test_four_of_five_random_walks_end_inside_the_middle_four_fifths(walk: Walk) -> None:
    inside = 0
    for seed in range(400):
        closes = walk(seed, 260)
        low, high = random_walk.forecast(closes[:250], 10, (0.1, 0.9))[-1]
        inside += low <= closes[259] <= high
    # Binomial(400, 0.8) has deviation 2 %; three of them either way.
    assert 0.74 <= inside / 400 <= 0.86
