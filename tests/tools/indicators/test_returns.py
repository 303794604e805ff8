from __future__ import annotations

from math import sqrt

import pytest

from tests.tools.indicators.columns import bars, known


def test_returns_are_counted_in_bars() -> None:
    facts = known(bars([float(price) for price in range(1, 254)]))
    for span in (1, 5, 20, 60, 120, 252):
        assert facts[f"return_{span}"] == pytest.approx(100.0 * (253.0 / (253.0 - span) - 1.0))


def test_drawdowns_are_depths_below_the_highest_close() -> None:
    # Peak 200; down to 100 (50 %), up to 180, down to 150 (25 % below 200), within the last 252 bars.
    closes = [50.0] * 248 + [200.0, 100.0, 180.0, 150.0]
    facts = known(bars(closes))
    assert facts["drawdown_now"] == pytest.approx(25.0)
    assert facts["max_drawdown_252"] == facts["max_drawdown_60"] == pytest.approx(50.0)
    assert facts["bars_since_peak"] == 3.0


def test_a_fall_older_than_the_window_is_forgotten() -> None:
    closes = [200.0, 100.0] + [100.0 + step for step in range(252)]
    facts = known(bars(closes))
    assert facts["max_drawdown_252"] == facts["drawdown_now"] == facts["bars_since_peak"] == 0.0


def test_mean_deviation_and_extremes_of_sixty_returns() -> None:
    # 30 returns of +20 % and 30 of -10 %: mean 5 %, sample deviation 15 % x sqrt(60 / 59).
    closes = [100.0]
    for step in range(60):
        closes.append(closes[-1] * (1.2 if step % 2 else 0.9))
    facts = known(bars(closes, timeframe="1w"))
    assert facts["mean_return_60"] == pytest.approx(5.0)
    assert facts["sharpe_60"] == pytest.approx(sqrt(52.0) * 5.0 / (15.0 * sqrt(60.0 / 59.0)))
    assert facts["best_return_60"] == pytest.approx(20.0)
    assert facts["worst_return_60"] == pytest.approx(-10.0)
    assert facts["up_bars_20"] == 0.5
