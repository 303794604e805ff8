from __future__ import annotations

import pytest

from tests.tools.indicators.columns import bars, known


def test_the_last_bar_is_described_against_itself_and_the_close_before() -> None:
    facts = known(bars([10.0, 12.0], open=[10.0, 11.0], high=[10.0, 13.0], low=[10.0, 9.0]))
    assert (facts["open"], facts["high"], facts["low"], facts["close"]) == (11.0, 13.0, 9.0, 12.0)
    assert facts["typical_price"] == pytest.approx(34.0 / 3.0)  # (13 + 9 + 12) / 3
    assert facts["gap"] == pytest.approx(10.0)  # 11 / 10
    assert facts["body"] == pytest.approx(100.0 / 11.0)  # 12 / 11
    assert facts["range"] == pytest.approx(100.0 / 3.0)  # 4 / 12
    assert facts["close_location"] == 0.75  # (12 - 9) / 4


@pytest.mark.parametrize(
    ("closes", "up", "down"),
    [([5.0, 6.0, 7.0, 8.0], 3, 0), ([8.0, 7.0, 8.0, 7.0, 6.0], 0, 2), ([5.0, 6.0, 6.0], 0, 0), ([6.0, 6.0, 7.0], 1, 0)],
)
def test_a_streak_ends_at_the_first_close_that_does_not_go_on(closes: list[float], up: int, down: int) -> None:
    facts = known(bars(closes))
    assert (facts["up_streak"], facts["down_streak"]) == (up, down)


def test_one_bar_has_no_gap_and_no_streak() -> None:
    assert not {"gap", "up_streak", "down_streak", "close_location"} & known(bars([10.0])).keys()
