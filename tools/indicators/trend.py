"""Which way price goes, and how straight."""

from __future__ import annotations

from math import nan

import numpy as np

from fks_agents.bars import Bars, Floats
from fks_agents.events import Codes
from tools.indicators._arithmetic import FLAT, at, change, is_flat, ratio, slope, window
from tools.indicators._columns import RANGE, Column, Columns, Labels, changes, indicator, lagged, ratios, rolled, sums
from tools.indicators._definition import Facts, Values

FACTS: Facts = (
    ("sma_20", "price", "Mean of the last 20 closes"),
    ("sma_50", "price", "Mean of the last 50 closes"),
    ("sma_200", "price", "Mean of the last 200 closes"),
    ("ema_12", "price", "Exponential mean of closes, weight 2/13, started with the mean of the first 12"),
    ("ema_26", "price", "Exponential mean of closes, weight 2/27, started with the mean of the first 26"),
    ("ema_50", "price", "Exponential mean of closes, weight 2/51, started with the mean of the first 50"),
    ("kama_10", "price", "Kaufman's adaptive mean of closes over 10 bars"),
    ("close_to_sma_20", "percent", "Close against sma_20"),
    ("close_to_sma_50", "percent", "Close against sma_50"),
    ("close_to_sma_200", "percent", "Close against sma_200"),
    ("close_to_ema_50", "percent", "Close against ema_50"),
    ("sma_20_to_sma_50", "percent", "sma_20 against sma_50"),
    ("sma_50_to_sma_200", "percent", "sma_50 against sma_200"),
    ("sma_20_change_5", "percent", "sma_20 against itself 5 bars earlier"),
    ("sma_50_change_20", "percent", "sma_50 against itself 20 bars earlier"),
    ("bars_since_sma_cross", "bars", "Bars since sma_50 changed sides of sma_200; left out where it has not"),
    ("trend_slope_20", "percent", "Least-squares slope of the last 20 closes, per bar, in percent of the close"),
    ("trend_fit_20", "fraction", "R squared of that line; left out where all 20 closes are equal"),
    ("efficiency_ratio_20", "fraction", "Net change of 20 bars / sum of their absolute changes; left out without any"),
    ("adx_14", "points", "Wilder's average directional index, 0 to 100; left out where no bar has a range"),
    ("plus_di_14", "points", "Wilder's upward directional indicator, 0 to 100; left out where no bar has a range"),
    ("minus_di_14", "points", "Wilder's downward directional indicator, 0 to 100; left out where no bar has a range"),
    ("aroon_up_25", "points", "100 x (25 - bars since the highest high of 25 bars) / 25"),
    ("aroon_down_25", "points", "100 x (25 - bars since the lowest low of 25 bars) / 25"),
    ("sar", "price", "Parabolic stop and reverse, acceleration 0.02 up to 0.2"),
    ("trend", "label", "up: close above sma_50 above sma_200; down: below, below; else mixed"),
)


def measure(bars: Bars) -> Values:
    import talib

    values = _means(bars)
    closes = window(bars.close, 20)
    path = float(np.sum(np.abs(np.diff(window(bars.close, 21)))))
    steps = np.arange(20.0)
    line = slope(steps, closes)
    aroon_down, aroon_up = talib.AROON(bars.high, bars.low, 25)
    return (
        values
        | _directional(bars)
        | {
            "trend_slope_20": 100.0 * ratio(line, at(bars.close)),
            "trend_fit_20": nan if is_flat(closes) else line * slope(closes, steps),
            "efficiency_ratio_20": ratio(abs(at(bars.close) - at(bars.close, 20)), path),
            "aroon_up_25": at(aroon_up),
            "aroon_down_25": at(aroon_down),
            "sar": at(talib.SAR(bars.high, bars.low, 0.02, 0.2)),
        }
    )


def _means(bars: Bars) -> Values:
    import talib

    close = at(bars.close)
    sma_20, sma_50, sma_200 = (talib.SMA(bars.close, length) for length in (20, 50, 200))
    values: Values = {
        "sma_20": at(sma_20),
        "sma_50": at(sma_50),
        "sma_200": at(sma_200),
        "ema_12": at(talib.EMA(bars.close, 12)),
        "ema_26": at(talib.EMA(bars.close, 26)),
        "ema_50": at(talib.EMA(bars.close, 50)),
        "kama_10": at(talib.KAMA(bars.close, 10)),
        "close_to_sma_20": change(close, at(sma_20)),
        "close_to_sma_50": change(close, at(sma_50)),
        "close_to_sma_200": change(close, at(sma_200)),
        "close_to_ema_50": change(close, at(talib.EMA(bars.close, 50))),
        "sma_20_to_sma_50": change(at(sma_20), at(sma_50)),
        "sma_50_to_sma_200": change(at(sma_50), at(sma_200)),
        "sma_20_change_5": change(at(sma_20), at(sma_20, 5)),
        "sma_50_change_20": change(at(sma_50), at(sma_50, 20)),
        "bars_since_sma_cross": _bars_since_cross(sma_50 / sma_200 - 1.0),
    }
    if len(bars) >= 200:
        values["trend"] = _trend(close, at(sma_50), at(sma_200))
    return values


def _trend(close: float, fast: float, slow: float) -> str:
    steps = (change(close, fast), change(fast, slow))
    if min(steps) > 0.0:
        return "up"
    return "down" if max(steps) < 0.0 else "mixed"


def _bars_since_cross(spread: Floats) -> float:
    sided = np.flatnonzero(np.abs(spread) > FLAT)
    crossed = np.flatnonzero(np.diff(np.sign(spread[sided])))
    return float(len(spread) - 1 - sided[crossed[-1] + 1]) if len(crossed) else nan


def _directional(bars: Bars) -> Values:
    import talib

    # Without any range the indicators are 0 / 0, which TA-Lib calls 0.
    if not np.any(talib.TRANGE(bars.high, bars.low, bars.close)[1:] > 0.0):
        return {}
    prices = (bars.high, bars.low, bars.close, 14)
    return {
        "adx_14": at(talib.ADX(*prices)),
        "plus_di_14": at(talib.PLUS_DI(*prices)),
        "minus_di_14": at(talib.MINUS_DI(*prices)),
    }


def _slopes(windows: Floats) -> Floats:
    x = np.arange(windows.shape[1]) - (windows.shape[1] - 1) / 2.0
    return np.asarray(windows @ x / (x @ x))


def _fits(windows: Floats) -> Floats:
    x = np.arange(windows.shape[1]) - (windows.shape[1] - 1) / 2.0
    centred = windows - np.mean(windows, axis=1, keepdims=True)
    fits = ratios((windows @ x) ** 2, np.sum(centred * centred, axis=1) * (x @ x))
    fits[np.ptp(windows, axis=1) <= FLAT * np.max(windows, axis=1)] = nan
    return fits


def _efficiency(bars: Bars) -> Floats:
    path = rolled(np.abs(bars.close - lagged(bars.close, 1)), 20, sums)
    return ratios(np.abs(bars.close - lagged(bars.close, 20)), path)


def _since_cross(bars: Bars) -> Floats:
    at = np.arange(len(bars))
    spread = _SMA[50](bars) / _SMA[200](bars) - 1.0
    last_sided = np.maximum.accumulate(np.where(np.abs(spread) > FLAT, at, -1))
    side = np.where(last_sided >= 0, np.sign(spread[last_sided]), nan)
    before = lagged(side, 1)
    last = np.maximum.accumulate(np.where((side != before) & ~np.isnan(before), at, -1))
    return np.where(last >= 0, at - last, nan)


def _wilder(name: str) -> Column:
    measured, true_range = indicator(name, RANGE, 14), indicator("TRANGE", RANGE)
    return lambda bars: np.where(np.logical_or.accumulate(true_range(bars) > 0.0), measured(bars), nan)


_SMA = {length: indicator("SMA", ("close",), length) for length in (20, 50, 200)}
_EMA = {length: indicator("EMA", ("close",), length) for length in (12, 26, 50)}

COLUMNS: Columns = {
    **{f"sma_{length}": column for length, column in _SMA.items()},
    **{f"ema_{length}": column for length, column in _EMA.items()},
    "kama_10": indicator("KAMA", ("close",), 10),
    "close_to_sma_20": lambda bars: changes(bars.close, _SMA[20](bars)),
    "close_to_sma_50": lambda bars: changes(bars.close, _SMA[50](bars)),
    "close_to_sma_200": lambda bars: changes(bars.close, _SMA[200](bars)),
    "close_to_ema_50": lambda bars: changes(bars.close, _EMA[50](bars)),
    "sma_20_to_sma_50": lambda bars: changes(_SMA[20](bars), _SMA[50](bars)),
    "sma_50_to_sma_200": lambda bars: changes(_SMA[50](bars), _SMA[200](bars)),
    "sma_20_change_5": lambda bars: changes(_SMA[20](bars), lagged(_SMA[20](bars), 5)),
    "sma_50_change_20": lambda bars: changes(_SMA[50](bars), lagged(_SMA[50](bars), 20)),
    "bars_since_sma_cross": _since_cross,
    "trend_slope_20": lambda bars: 100.0 * ratios(rolled(bars.close, 20, _slopes), bars.close),
    "trend_fit_20": lambda bars: rolled(bars.close, 20, _fits),
    "efficiency_ratio_20": _efficiency,
    "adx_14": _wilder("ADX"),
    "plus_di_14": _wilder("PLUS_DI"),
    "minus_di_14": _wilder("MINUS_DI"),
    "aroon_up_25": indicator("AROON", ("high", "low"), 25, part=1),
    "aroon_down_25": indicator("AROON", ("high", "low"), 25, part=0),
    "sar": indicator("SAR", ("high", "low"), 0.02, 0.2),
}


def _trends(bars: Bars) -> Codes:
    steps = changes(bars.close, _SMA[50](bars)), changes(_SMA[50](bars), _SMA[200](bars))
    least, most = np.minimum(*steps), np.maximum(*steps)
    return np.where(np.isnan(least), -1, np.where(least > 0.0, 2, np.where(most < 0.0, 0, 1))).astype(np.int8)


LABELS: Labels = {"trend": (("down", "mixed", "up"), _trends)}
