from __future__ import annotations

from math import inf, nan, sqrt

import pytest

from tests.tools.indicators.columns import bars, known

RISING = [float(price) for price in range(1, 22)]
VOLUME = [1.0, 3.0] * 10 + [4.0]
"""The 20 bars before the last: mean 2, sample deviation sqrt(20 / 19). The last 20: 10 x 3 + 9 x 1 + 4 = 43."""


def test_volume_of_the_last_bar_against_the_bars_before_it() -> None:
    facts = known(bars(RISING, volume=VOLUME))
    assert facts["volume"] == 4.0
    assert facts["volume_ratio_20"] == 2.0
    assert facts["volume_z_20"] == pytest.approx(2.0 / sqrt(20.0 / 19.0))
    assert facts["volume_sma_20"] == pytest.approx(2.15)
    assert facts["volume_trend"] == pytest.approx(100.0 * (2.4 / 2.15 - 1.0))  # (1 + 3 + 1 + 3 + 4) / 5


def test_all_volume_of_a_rise_is_up_volume() -> None:
    facts = known(bars(RISING, volume=VOLUME))
    assert facts["obv_change_20"] == 43.0
    assert facts["up_volume_20"] == 1.0
    assert facts["mfi_14"] == pytest.approx(100.0)


def test_prices_are_weighted_by_volume() -> None:
    # 3 x (2 + 4 + ... + 20) + (3 + 5 + ... + 19) + 4 x 21 = 330 + 99 + 84
    facts = known(bars(RISING, volume=VOLUME))
    assert facts["vwap_20"] == pytest.approx(513.0 / 43.0)
    assert facts["dollar_volume_20"] == pytest.approx(513.0 / 20.0)
    assert facts["close_to_vwap_20"] == pytest.approx(100.0 * (21.0 * 43.0 / 513.0 - 1.0))


def test_money_flows_in_where_bars_close_at_their_highs() -> None:
    lows = [price - 0.5 for price in RISING]
    assert known(bars(RISING, low=lows))["cmf_20"] == 1.0
    assert known(bars(RISING, high=[price + 0.5 for price in RISING]))["cmf_20"] == -1.0
    assert known(bars(RISING))["cmf_20"] == 0.0


def test_a_venue_that_reports_no_volume_has_no_volume_facts() -> None:
    facts = known(bars(RISING, volume=[0.0] * 21))
    assert not [name for name in facts if "volume" in name or name in ("mfi_14", "cmf_20", "vwap_20")]


@pytest.mark.parametrize("broken", [nan, inf, -1.0])
def test_a_volume_that_is_no_number_is_not_used(broken: float) -> None:
    facts = known(bars(RISING, volume=[*VOLUME[:-1], broken]))
    assert not [name for name in facts if "volume" in name or name in ("mfi_14", "cmf_20", "vwap_20")]
    # More than 20 bars back it is out of sight.
    assert known(bars([1.0, *RISING], volume=[broken, *VOLUME]))["vwap_20"] == pytest.approx(513.0 / 43.0)


def test_no_money_flows_where_the_price_stands_still() -> None:
    assert "mfi_14" not in known(bars([10.0] * 30))
    assert "mfi_14" not in known(bars(RISING, volume=[1.0] * 7 + [0.0] * 14))
