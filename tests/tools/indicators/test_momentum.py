from __future__ import annotations

from itertools import accumulate, cycle, islice

import pytest

from tests.tools.indicators.columns import bars, known

LINE = [float(price) for price in range(1, 251)]


def test_rsi_of_fifteen_closes_is_the_share_of_gains() -> None:
    # Seven gains of 2 and seven losses of 1: 14 / (14 + 7).
    closes = list(accumulate(islice(cycle([2.0, -1.0]), 14), initial=100.0))
    facts = known(bars(closes))
    assert facts["rsi_14"] == pytest.approx(200.0 / 3.0)
    assert facts["cmo_14"] == pytest.approx(100.0 / 3.0)  # (14 - 7) / (14 + 7)


def test_oscillators_of_a_straight_line_stand_at_their_ends() -> None:
    facts = known(bars(LINE))
    assert facts["rsi_14"] == facts["rsi_2"] == facts["stochastic_k"] == facts["stochastic_d"] == 100.0
    assert facts["rsi_14_change_5"] == facts["williams_r_14"] == 0.0
    assert facts["ultimate_oscillator"] == pytest.approx(100.0)
    # 9.5 above the mean of 20, whose mean deviation is 5.
    assert facts["cci_20"] == pytest.approx(9.5 / (0.015 * 5.0))


def test_macd_of_a_straight_line_is_the_difference_of_the_lags() -> None:
    facts = known(bars(LINE))
    assert facts["macd"] == pytest.approx(7.0)  # lags 12.5 - 5.5
    assert facts["macd_signal"] == pytest.approx(7.0)
    assert facts["macd_histogram"] == pytest.approx(0.0)
    assert facts["macd_percent"] == pytest.approx(2.8)  # of 250


def test_changes_over_ten_bars_and_of_the_triple_mean() -> None:
    facts = known(bars(LINE))
    assert facts["momentum_10"] == 10.0
    assert facts["roc_10"] == pytest.approx(100.0 / 24.0)  # 250 / 240
    assert facts["trix_15"] == pytest.approx(100.0 / 228.0)  # three lags of 7: 229 / 228


def test_the_stochastic_places_the_close_between_the_extremes() -> None:
    # All bars reach from 90 to 110; the last three close at 95, 100, 105: 25, 50, 75.
    closes = [100.0] * 15 + [95.0, 100.0, 105.0]
    facts = known(bars(closes, high=[110.0] * 18, low=[90.0] * 18))
    assert facts["stochastic_k"] == pytest.approx(50.0)
    assert facts["stochastic_d"] == pytest.approx(((50 + 50 + 25) / 3 + (50 + 25 + 50) / 3 + 50) / 3)
    assert facts["williams_r_14"] == pytest.approx(-25.0)


def test_a_market_that_has_stopped_moving_has_no_stochastic() -> None:
    # Bars 1 to 30 move, the last 14 do not: 0 / 0 within the window, although not before.
    facts = known(bars([*LINE[:30], *[30.0] * 14]))
    assert not {"stochastic_k", "williams_r_14", "ultimate_oscillator"} & facts.keys()
    assert "rsi_14" in facts
