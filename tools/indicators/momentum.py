"""How fast price moves, and whether it is stretched. An oscillator without movement to measure is left out."""

from __future__ import annotations

import numpy as np

from fks_agents.bars import Bars
from tools.indicators._arithmetic import FLAT, at, is_flat, window
from tools.indicators._definition import Facts, Values

FACTS: Facts = (
    ("rsi_14", "points", "Wilder's relative strength index of closes, 0 to 100; left out where no close differs"),
    ("rsi_2", "points", "The same over 2 bars"),
    ("rsi_14_change_5", "points", "rsi_14 minus itself 5 bars earlier"),
    ("stochastic_k", "points", "Mean of 3 of 100 x (close - low) / (high - low), extremes of 14 bars"),
    ("stochastic_d", "points", "Mean of the last 3 stochastic_k"),
    ("williams_r_14", "points", "-100 x (high - close) / (high - low), extremes of 14 bars; -100 to 0"),
    ("cci_20", "points", "Typical price less its mean of 20 / (0.015 x mean deviation)"),
    ("cmo_14", "points", "Chande's momentum: 100 x (gains - losses) / (gains + losses), Wilder-smoothed over 14"),
    ("ultimate_oscillator", "points", "Williams' mix of buying pressure over 7, 14 and 28 bars, 0 to 100"),
    ("macd", "price", "ema_12 minus ema_26, both started at bar 26"),
    ("macd_signal", "price", "Exponential mean of macd over 9 bars"),
    ("macd_histogram", "price", "macd minus macd_signal"),
    ("macd_histogram_change_1", "price", "macd_histogram minus itself one bar earlier"),
    ("macd_percent", "percent", "macd in percent of the close"),
    ("momentum_10", "price", "Close minus the close 10 bars earlier"),
    ("roc_10", "percent", "Close against the close 10 bars earlier"),
    ("trix_15", "percent", "One-bar change of the triple exponential mean of closes over 15 bars"),
)


def measure(bars: Bars) -> Values:
    import talib

    macd, signal, histogram = talib.MACD(bars.close, 12, 26, 9)
    # TA-Lib's running sums leave dust of a few ulp on constant prices.
    dust = FLAT * at(bars.close)
    macd, signal, histogram = (np.where(np.abs(line) <= dust, 0.0, line) for line in (macd, signal, histogram))
    return _oscillators(bars) | {
        "macd": at(macd),
        "macd_signal": at(signal),
        "macd_histogram": at(histogram),
        "macd_histogram_change_1": at(histogram) - at(histogram, 1),
        "macd_percent": 100.0 * at(macd) / at(bars.close),
        "momentum_10": at(talib.MOM(bars.close, 10)),
        "roc_10": at(talib.ROC(bars.close, 10)),
        "trix_15": at(talib.TRIX(bars.close, 15)),
    }


def _oscillators(bars: Bars) -> Values:
    import talib

    values: Values = {}
    if not is_flat(bars.close):
        rsi = talib.RSI(bars.close, 14)
        values |= {
            "rsi_14": at(rsi),
            "rsi_2": at(talib.RSI(bars.close, 2)),
            "rsi_14_change_5": at(rsi) - at(rsi, 5),
            "cmo_14": at(talib.CMO(bars.close, 14)),
        }
    # %D looks back over 14 + 2 + 2 bars; within any flat 14 of them TA-Lib answers 0 for 0 / 0.
    if _has_range(bars, 14, times=5):
        raw, _ = talib.STOCHF(bars.high, bars.low, bars.close, 14, 1)
        k = talib.SMA(raw, 3)
        values |= {"stochastic_k": at(k), "stochastic_d": at(talib.SMA(k, 3))}
    if _has_range(bars, 14):
        values["williams_r_14"] = at(talib.WILLR(bars.high, bars.low, bars.close, 14))
    if _has_range(bars, 20):
        values["cci_20"] = at(talib.CCI(bars.high, bars.low, bars.close, 20))
    if _has_range(bars, 7):
        values["ultimate_oscillator"] = at(talib.ULTOSC(bars.high, bars.low, bars.close, 7, 14, 28))
    return values


def _has_range(bars: Bars, length: int, *, times: int = 1) -> bool:
    """Whether each of the last `times` windows of `length` bars spans more than one price."""
    return all(
        not is_flat(np.concatenate([window(bars.high, length, before=ago), window(bars.low, length, before=ago)]))
        for ago in range(times)
    )
