from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from execution_core import sizing


def test_fixed_fractional_loses_the_fraction_at_the_stop() -> None:
    # 1 % of 100,000 = 1,000; 2.50 lost per unit: 400 units
    assert sizing.fixed_fractional(100_000.0, 0.01, 50.0, 47.5) == 400.0
    assert sizing.fixed_fractional(100_000.0, 0.01, 47.5, 50.0) == 400.0
    assert sizing.fixed_fractional(-5.0, 0.01, 50.0, 47.5) == 0.0


def test_volatility_adjusted_moves_the_fraction_in_a_typical_bar() -> None:
    # 1 % of 100,000 = 1,000; one bar moves 2 % of 50 = 1: 1,000 units
    assert sizing.volatility_adjusted(100_000.0, 0.01, 50.0, 0.02) == 1000.0


@pytest.mark.parametrize(
    ("win_rate", "payoff", "fraction"),
    [
        (0.6, 1.0, 0.1),  # (0.6 - 0.4 / 1) / 2
        (0.5, 2.0, 0.125),  # (0.5 - 0.5 / 2) / 2
        (0.5, 1.0, 0.0),
        (0.3, 1.0, 0.0),  # negative: no bet
        (0.9, 5.0, 0.25),  # 0.44 capped
        (1.0, 1.0, 0.25),
        (0.0, 3.0, 0.0),
    ],
)
def test_half_kelly(win_rate: float, payoff: float, fraction: float) -> None:
    assert sizing.half_kelly(win_rate, payoff) == pytest.approx(fraction, abs=1e-15)


@pytest.mark.parametrize(
    ("quantity", "lot", "rounded"),
    [(1.29, 0.1, 1.2), (1.2, 0.1, 1.2), (0.3, 0.1, 0.3), (0.09, 0.1, 0.0), (7.0, 0.0, 7.0), (17.0, 5.0, 15.0)],
)
def test_a_quantity_is_rounded_down(quantity: float, lot: float, rounded: float) -> None:
    assert sizing.round_quantity(quantity, lot) == rounded


@pytest.mark.parametrize(
    ("side", "kind", "rounded"),
    [("buy", "limit", 98.25), ("sell", "limit", 98.5), ("buy", "stop", 98.25), ("sell", "stop", 98.5)],
)
def test_a_price_is_rounded_with_a_direction(side: str, kind: str, rounded: float) -> None:
    assert sizing.round_price(98.3, 0.25, side, kind) == rounded
    assert sizing.round_price(98.37, 0.01, side, kind) == 98.37


@given(st.floats(0.0, 1e9), st.sampled_from([0.0001, 0.01, 0.1, 0.25, 1.0, 5.0]))
def test_rounding_never_enlarges_and_keeps_what_is_round(quantity: float, lot: float) -> None:
    rounded = sizing.round_quantity(quantity, lot)
    assert 0.0 <= rounded <= quantity
    assert quantity - rounded < lot * (1 + 1e-6)
    assert sizing.round_quantity(rounded, lot) == rounded


@given(st.floats(0.0, 1.0), st.floats(1e-6, 1e6))
def test_half_kelly_stays_between_nothing_and_a_quarter(win_rate: float, payoff: float) -> None:
    assert 0.0 <= sizing.half_kelly(win_rate, payoff) <= sizing.KELLY_CAP


def test_what_has_no_sense_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"stop must differ from entry, both were 50\.0"):
        sizing.fixed_fractional(1000.0, 0.01, 50.0, 50.0)
    with pytest.raises(ValueError, match="entry must be finite and not negative, was nan"):
        sizing.fixed_fractional(1000.0, 0.01, math.nan, 50.0)
    with pytest.raises(ValueError, match="price and volatility must be positive"):
        sizing.volatility_adjusted(1000.0, 0.01, 50.0, 0.0)
    with pytest.raises(ValueError, match=r"win_rate must lie in \[0, 1\], was 1\.1"):
        sizing.half_kelly(1.1, 1.0)
    with pytest.raises(ValueError, match=r"payoff must be positive, was 0\.0"):
        sizing.half_kelly(0.5, 0.0)
    with pytest.raises(ValueError, match="expected side buy or sell and kind limit or stop, was 'buy', 'market'"):
        sizing.round_price(98.0, 0.01, "buy", "market")
