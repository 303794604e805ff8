from __future__ import annotations

from itertools import accumulate
from math import sqrt

import pytest

from tests.tools.indicators.columns import bars, known

RETURNS = [-0.01 * loss for loss in range(1, 14)] + [0.01] * 237
"""Losses of 1 to 13 %, 13 of 250: the worst 5 %."""


def closes_of(returns: list[float]) -> list[float]:
    return list(accumulate(returns, lambda price, earned: price * (1.0 + earned), initial=100.0))


def test_value_at_risk_is_the_thirteenth_worst_of_250_and_the_shortfall_the_mean_of_them() -> None:
    facts = known(bars(closes_of(RETURNS)))
    assert facts["var_95"] == pytest.approx(1.0)
    assert facts["cvar_95"] == pytest.approx(7.0)  # (1 + ... + 13) / 13
    assert facts["worst_loss_250"] == pytest.approx(13.0)
    assert facts["downside_deviation_250"] == pytest.approx(sqrt(819.0 / 250.0))  # 1 + 4 + ... + 169 = 819
    assert facts["tail_ratio_250"] == pytest.approx(1.0)


def test_five_bar_risk_overlaps() -> None:
    # One fall of 50 % is in five of the 250 five-bar returns: the 13th worst is none of them.
    facts = known(bars(closes_of([0.0] * 200 + [-0.5] + [0.0] * 53)))
    assert facts["var_95_5"] == 0.0
    # Three such falls, 15 of 250: the 13th worst is one of them.
    facts = known(bars(closes_of(([0.0] * 60 + [-0.5]) * 3 + [0.0] * 71)))
    assert facts["var_95_5"] == pytest.approx(50.0)


def test_risk_needs_250_returns() -> None:
    assert "var_95" in known(bars(closes_of(RETURNS)))
    assert "var_95" not in known(bars(closes_of(RETURNS)[1:]))
