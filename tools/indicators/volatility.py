"""How far price moves."""

from __future__ import annotations

from math import log, nan, sqrt

import numpy as np

from fks_agents.bars import Bars, Floats
from tools.indicators._arithmetic import ANNUALISED, at, bars_per_year, deviation, log_returns, ratio, window
from tools.indicators._columns import RANGE, Columns, annual, deviations, indicator, log_steps, means, ratios, rolled
from tools.indicators._definition import Facts, Values

EWMA_DECAY = 0.94
"""RiskMetrics' daily weight."""

FACTS: Facts = (
    ("true_range", "price", "Largest of high - low, |high - previous close|, |low - previous close|"),
    ("atr_14", "price", "Wilder's average true range over 14 bars"),
    ("atr_percent", "percent", "atr_14 in percent of the close"),
    ("true_range_to_atr", "ratio", "true_range / atr_14; left out where atr_14 is 0"),
    ("bollinger_upper_20", "price", "sma_20 plus 2 population standard deviations of the last 20 closes"),
    ("bollinger_lower_20", "price", "sma_20 minus 2 population standard deviations of the last 20 closes"),
    ("bollinger_width_20", "percent", "Upper minus lower band, in percent of sma_20"),
    (
        "bollinger_position_20",
        "fraction",
        "0 at the lower, 1 at the upper band, beyond outside; left out without width",
    ),
    ("volatility_20", "percent", f"Sample deviation of 20 log returns, {ANNUALISED}"),
    ("volatility_60", "percent", f"Sample deviation of 60 log returns, {ANNUALISED}"),
    ("volatility_ratio", "ratio", "volatility_20 / volatility_60; left out where the latter is 0"),
    ("volatility_ewma", "percent", f"Root of the weighted mean square of 250 log returns, decay 0.94, {ANNUALISED}"),
    ("volatility_parkinson_20", "percent", f"Parkinson's estimate from the highs and lows of 20 bars, {ANNUALISED}"),
    ("volatility_garman_klass_20", "percent", f"Garman and Klass' estimate from 20 bars, {ANNUALISED}"),
    ("expected_move_1", "percent", "volatility_20 brought back to one bar: one standard deviation of the next return"),
)


def measure(bars: Bars) -> Values:
    import talib

    true_range = at(talib.TRANGE(bars.high, bars.low, bars.close))
    atr = at(talib.ATR(bars.high, bars.low, bars.close, 14))
    return (
        _bands(bars)
        | _annual(bars)
        | {
            "true_range": true_range,
            "atr_14": atr,
            "atr_percent": 100.0 * ratio(atr, at(bars.close)),
            "true_range_to_atr": ratio(true_range, atr),
        }
    )


def _bands(bars: Bars) -> Values:
    closes = window(bars.close, 20)
    middle = float(np.mean(closes))
    half = 2.0 * deviation(closes) * sqrt(19.0 / 20.0)
    return {
        "bollinger_upper_20": middle + half,
        "bollinger_lower_20": middle - half,
        "bollinger_width_20": 100.0 * ratio(2.0 * half, middle),
        "bollinger_position_20": ratio(at(bars.close) - (middle - half), 2.0 * half),
    }


def _annual(bars: Bars) -> Values:
    per_year = 100.0 * sqrt(bars_per_year(bars))
    of_20, of_60 = (deviation(log_returns(window(bars.close, length + 1))) for length in (20, 60))
    squares = np.square(log_returns(window(bars.close, 251)))
    weights = EWMA_DECAY ** np.arange(250.0)[::-1]
    return {
        "volatility_20": per_year * of_20,
        "volatility_60": per_year * of_60,
        "volatility_ratio": ratio(of_20, of_60),
        "volatility_ewma": per_year * sqrt(np.sum(weights * squares) / np.sum(weights)),
        "volatility_parkinson_20": per_year * _root(_squared_range(bars) / (4.0 * log(2.0))),
        "volatility_garman_klass_20": per_year
        * _root(0.5 * _squared_range(bars) - (2.0 * log(2.0) - 1.0) * _squared_body(bars)),
        "expected_move_1": 100.0 * of_20,
    }


def _squared_range(bars: Bars) -> float:
    return _mean_square(np.log(window(bars.high, 20) / window(bars.low, 20)))


def _squared_body(bars: Bars) -> float:
    return _mean_square(np.log(window(bars.close, 20) / window(bars.open, 20)))


def _mean_square(values: Floats) -> float:
    return float(np.mean(np.square(values)))


def _root(value: float) -> float:
    # Garman and Klass' difference is negative where bodies outgrow ranges, which only broken bars show.
    return sqrt(value) if value >= 0.0 else nan


_ATR, _TRUE_RANGE = indicator("ATR", RANGE, 14), indicator("TRANGE", RANGE)


def _half_bands(bars: Bars) -> Floats:
    return 2.0 * sqrt(19.0 / 20.0) * rolled(bars.close, 20, deviations)


def _middles(bars: Bars) -> Floats:
    return rolled(bars.close, 20, means)


def _annualised(bars: Bars, length: int) -> Floats:
    return 100.0 * np.sqrt(annual(bars)) * rolled(log_steps(bars.close), length, deviations)


def _ewma(bars: Bars) -> Floats:
    weights = EWMA_DECAY ** np.arange(250.0)[::-1]
    mean = rolled(np.square(log_steps(bars.close)), 250, lambda squares: squares @ weights / np.sum(weights))
    return 100.0 * np.sqrt(annual(bars) * mean)


def _squares(numerators: Floats, denominators: Floats) -> Floats:
    return rolled(np.square(np.log(numerators / denominators)), 20, means)


def _garman_klass(bars: Bars) -> Floats:
    body = (2.0 * log(2.0) - 1.0) * _squares(bars.close, bars.open)
    mean = 0.5 * _squares(bars.high, bars.low) - body
    return 100.0 * np.sqrt(annual(bars) * np.where(mean >= 0.0, mean, nan))


COLUMNS: Columns = {
    "true_range": _TRUE_RANGE,
    "atr_14": _ATR,
    "atr_percent": lambda bars: 100.0 * ratios(_ATR(bars), bars.close),
    "true_range_to_atr": lambda bars: ratios(_TRUE_RANGE(bars), _ATR(bars)),
    "bollinger_upper_20": lambda bars: _middles(bars) + _half_bands(bars),
    "bollinger_lower_20": lambda bars: _middles(bars) - _half_bands(bars),
    "bollinger_width_20": lambda bars: 100.0 * ratios(2.0 * _half_bands(bars), _middles(bars)),
    "bollinger_position_20": lambda bars: ratios(
        bars.close - (_middles(bars) - _half_bands(bars)), 2.0 * _half_bands(bars)
    ),
    "volatility_20": lambda bars: _annualised(bars, 20),
    "volatility_60": lambda bars: _annualised(bars, 60),
    "volatility_ratio": lambda bars: ratios(_annualised(bars, 20), _annualised(bars, 60)),
    "volatility_ewma": _ewma,
    "volatility_parkinson_20": lambda bars: (
        100.0 * np.sqrt(annual(bars) * _squares(bars.high, bars.low) / (4.0 * log(2.0)))
    ),
    "volatility_garman_klass_20": _garman_klass,
    "expected_move_1": lambda bars: 100.0 * rolled(log_steps(bars.close), 20, deviations),
}
