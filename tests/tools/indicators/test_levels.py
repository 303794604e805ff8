from __future__ import annotations

import pytest

from tests.tools.indicators.columns import bars, known

FLAT = [100.0] * 252


def test_prior_extremes_leave_out_the_last_bar() -> None:
    # Every bar before reaches from 90 to 110, one from 80 to 130 fifty bars ago; the last closes at 121 after 125.
    high, low = [110.0] * 253, [90.0] * 253
    high[-51], low[-51], high[-1], low[-1] = 130.0, 80.0, 125.0, 100.0
    facts = known(bars([*FLAT, 121.0], high=high, low=low))
    assert (facts["high_20"], facts["low_20"]) == (110.0, 90.0)
    assert (facts["high_55"], facts["low_55"]) == (facts["high_252"], facts["low_252"]) == (130.0, 80.0)
    assert facts["close_to_high_20"] == pytest.approx(10.0)
    assert facts["close_to_low_252"] == pytest.approx(51.25)  # 121 / 80
    assert facts["range_position_20"] == pytest.approx(1.55)  # 31 / 20
    assert facts["range_position_252"] == pytest.approx(0.82)  # 41 / 50
    assert (facts["previous_high"], facts["previous_low"], facts["previous_close"]) == (110.0, 90.0, 100.0)


def test_pivots_come_from_the_last_bar() -> None:
    facts = known(bars([105.0], high=[110.0], low=[100.0]))
    assert facts["pivot"] == 105.0
    assert (facts["pivot_r1"], facts["pivot_s1"]) == (110.0, 100.0)
    assert (facts["pivot_r2"], facts["pivot_s2"]) == (115.0, 95.0)
