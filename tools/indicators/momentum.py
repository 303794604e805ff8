"""How fast price moves, and whether it is stretched. An oscillator without movement to measure is left out."""

from __future__ import annotations

from math import nan

import numpy as np

from fks_agents.bars import Bars, Floats
from tools.indicators._arithmetic import FLAT, at, is_flat, window
from tools.indicators._columns import RANGE, Column, Columns, indicator, lagged, lowest, rolled, spread_at_all
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


def _where_moved(measured: Column) -> Column:
    """Only from where the closes so far have differed."""

    def column(bars: Bars) -> Floats:
        top, bottom = np.maximum.accumulate(bars.close), np.minimum.accumulate(bars.close)
        return np.where(top - bottom > FLAT * top, measured(bars), nan)

    return column


def _where_ranged(measured: Column, length: int, *, times: int = 1) -> Column:
    def column(bars: Bars) -> Floats:
        ranged = rolled(spread_at_all(bars, length), times, lowest) == 1.0
        return np.where(ranged, measured(bars), nan)

    return column


def _macd(part: int) -> Column:
    line = indicator("MACD", ("close",), 12, 26, 9, part=part)

    def column(bars: Bars) -> Floats:
        found = line(bars)
        return np.where(np.abs(found) <= FLAT * bars.close, 0.0, found)

    return column


def _stochastic(*lengths: int) -> Column:
    raw = indicator("STOCHF", RANGE, 14, 1, part=0)

    def column(bars: Bars) -> Floats:
        import talib

        found = raw(bars)
        for length in lengths:
            found = talib.SMA(found, length)
        return np.asarray(found)

    return _where_ranged(column, 14, times=5)


def _since(measured: Column, bars_ago: int) -> Column:
    def column(bars: Bars) -> Floats:
        found = measured(bars)
        return found - lagged(found, bars_ago)

    return column


COLUMNS: Columns = {
    "rsi_14": _where_moved(indicator("RSI", ("close",), 14)),
    "rsi_2": _where_moved(indicator("RSI", ("close",), 2)),
    "rsi_14_change_5": _where_moved(_since(indicator("RSI", ("close",), 14), 5)),
    "stochastic_k": _stochastic(3),
    "stochastic_d": _stochastic(3, 3),
    "williams_r_14": _where_ranged(indicator("WILLR", RANGE, 14), 14),
    "cci_20": _where_ranged(indicator("CCI", RANGE, 20), 20),
    "cmo_14": _where_moved(indicator("CMO", ("close",), 14)),
    "ultimate_oscillator": _where_ranged(indicator("ULTOSC", RANGE, 7, 14, 28), 7),
    "macd": _macd(0),
    "macd_signal": _macd(1),
    "macd_histogram": _macd(2),
    "macd_histogram_change_1": _since(_macd(2), 1),
    "macd_percent": lambda bars: 100.0 * _macd(0)(bars) / bars.close,
    "momentum_10": indicator("MOM", ("close",), 10),
    "roc_10": indicator("ROC", ("close",), 10),
    "trix_15": indicator("TRIX", ("close",), 15),
}
