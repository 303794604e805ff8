"""Facts every claim in these tests is about; round enough to check by eye."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fks_agents.contracts import Fact, Timeframe, Unit

AS_OF = datetime(2018, 12, 24, 21, tzinfo=UTC)

TABLE: tuple[tuple[str, float | str, Unit, Timeframe | None], ...] = (
    ("close", 2351.26, "price", "1d"),  # F1
    ("rsi_14", 61.28, "points", "1d"),  # F2
    ("sma_200", 2406.37, "price", "1d"),  # F3
    ("close_to_sma_200", -2.29, "percent", "1d"),  # F4
    ("return_20", -3.456, "percent", "1d"),  # F5
    ("return_60", 5.1, "percent", "1d"),  # F6
    ("volume", 4_512_345.0, "volume", "1d"),  # F7
    ("regime", "volatile", "label", "1d"),  # F8
    ("atr_14", 25.3, "price", "1d"),  # F9
    ("trend_fit_20", 0.456, "fraction", "1d"),  # F10
    ("drawdown_now", 12.34, "percent", "1d"),  # F11
    ("sma_50", 2300.0, "price", "1d"),  # F12
    ("z_20", -1.84, "sigma", "1d"),  # F13
    ("volume_ratio_20", 1.37, "ratio", "1d"),  # F14
    ("rsi_2", 8.1, "points", "1d"),  # F15
    ("account_equity", 100_432.5, "currency", None),  # F16
    ("bars_since_peak", 14.0, "bars", "1d"),  # F17
    ("trend", "down", "label", "1d"),  # F18
    ("return_20", 1.2, "percent", "1w"),  # F19
    ("macd_histogram", -4.27, "price", "1d"),  # F20
    ("baa_yield", 5.13, "percent", None),  # F21
    ("high_252", 2940.91, "price", "1d"),  # F22
    ("forecast_q10_10", 2210.4, "price", "1d"),  # F23
    ("forecast_q90_10", 2489.9, "price", "1d"),  # F24
    ("dollar_volume_20", 1_234_567_890.0, "currency", "1d"),  # F25
    ("stochastic_k", 91.2, "points", "1d"),  # F26
    ("headlines_7d", 0.0, "count", None),  # F27
    ("candle_engulfing", "bearish", "label", "1d"),  # F28
    ("up_bars_20", 0.35, "fraction", "1d"),  # F29
    ("expected_move_1", 0.005, "percent", "1d"),  # F30
    ("adx_14", 17.5, "points", "1d"),  # F31
    ("volatility_percentile", 83.0, "percent", "1d"),  # F32
    ("var_95", 2.41, "percent", "1d"),  # F33
    ("rsi_14_change_5", -6.2, "points", "1d"),  # F34
)


@pytest.fixture(scope="session")
def facts() -> tuple[Fact, ...]:
    return tuple(
        Fact(id=f"F{n}", name=name, value=value, unit=unit, timeframe=timeframe, as_of=AS_OF, source="test")
        for n, (name, value, unit, timeframe) in enumerate(TABLE, 1)
    )
