from __future__ import annotations

import pytest

from tests.tools.detectors.tables import table
from tools.detectors._ground import average_true_range


def test_the_first_fourteen_are_means_and_the_rest_is_smoothed() -> None:
    # Fourteen bars of range 2, then one of range 16: (13 x 2 + 16) / 14 = 3.
    bars = table([(10, 11, 9, 10)] * 14 + [(10, 18, 2, 10)])
    assert average_true_range(bars).tolist() == [2.0] * 14 + [pytest.approx(3.0, abs=1e-15)]


def test_a_jump_between_bars_is_part_of_the_range() -> None:
    # Second bar: high 21, close before 10, so 11; mean of 2 and 11.
    assert average_true_range(table([(10, 11, 9, 10), (20, 21, 19, 20)])).tolist() == [2.0, 6.5]


def test_no_bars_have_no_range() -> None:
    assert average_true_range(table([])).shape == (0,)
