from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from execution_core.intervals import wilson


@pytest.mark.parametrize(("wins", "count"), [(0, 10), (3, 10), (81, 263), (50, 50)])
def test_whole_counts_give_what_scipy_gives(wins: int, count: int) -> None:
    expected = binomtest(wins, count).proportion_ci(0.95, method="wilson")
    assert wilson(wins / count, count) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_it_holds_the_truth_about_as_often_as_it_says() -> None:
    # Exact, no chance in it: shares 0.05..0.95, 40 outcomes each; the mean coverage of this interval is near 95 %.
    truths = np.linspace(0.05, 0.95, 19)
    bounds = [wilson(wins / 40, 40) for wins in range(41)]
    covered = [
        sum(binom.pmf(wins, 40, truth) for wins, (low, high) in enumerate(bounds) if low <= truth <= high)
        for truth in truths
    ]
    assert 0.94 < float(np.mean(covered)) < 0.96


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((1.1, 5.0), r"share must lie in \[0, 1\], was 1\.1"),
        ((0.5, 0.0), r"count must be positive, was 0\.0"),
        ((0.5, float("nan")), "count must be positive, was nan"),
        ((0.5, 5.0, 1.0), r"confidence must lie in \(0, 1\), was 1\.0"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments: tuple[float, ...], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        wilson(*arguments)
