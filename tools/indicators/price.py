"""The last bar itself."""

from __future__ import annotations

from math import nan

import numpy as np

from fks_agents.bars import Bars, Floats
from tools.indicators._arithmetic import at, change, ratio
from tools.indicators._columns import Columns, changes, lagged, of, ratios
from tools.indicators._definition import Facts, Values

FACTS: Facts = (
    ("open", "price", "Open of the last closed bar"),
    ("high", "price", "High of the last closed bar"),
    ("low", "price", "Low of the last closed bar"),
    ("close", "price", "Close of the last closed bar"),
    ("typical_price", "price", "(high + low + close) / 3 of the last bar"),
    ("gap", "percent", "Open of the last bar against the close before it"),
    ("body", "percent", "Close of the last bar against its open"),
    ("range", "percent", "High minus low of the last bar, in percent of its close"),
    ("close_location", "fraction", "Where the close lies between low (0) and high (1); left out without a range"),
    ("up_streak", "bars", "Closes in a row, ending with the last, each above the one before; 0 after a fall"),
    ("down_streak", "bars", "Closes in a row, ending with the last, each below the one before; 0 after a rise"),
)


def measure(bars: Bars) -> Values:
    opened, high, low, close = (at(column) for column in (bars.open, bars.high, bars.low, bars.close))
    return {
        "open": opened,
        "high": high,
        "low": low,
        "close": close,
        "typical_price": (high + low + close) / 3.0,
        "gap": change(opened, at(bars.close, 1)),
        "body": change(close, opened),
        "range": 100.0 * ratio(high - low, close),
        "close_location": ratio(close - low, high - low),
        "up_streak": _streak(bars, 1.0),
        "down_streak": _streak(bars, -1.0),
    }


def _streak(bars: Bars, sign: float) -> float:
    if len(bars) < 2:
        return nan
    breaks = np.flatnonzero(sign * np.diff(bars.close) <= 0.0)
    return float(len(bars) - 2 - (breaks[-1] if len(breaks) else -1))


def _streaks(closes: Floats, sign: float) -> Floats:
    at = np.arange(len(closes))
    goes_on = sign * (closes - lagged(closes, 1)) > 0.0
    streaks = (at - np.maximum.accumulate(np.where(goes_on, 0, at))).astype(np.float64)
    streaks[:1] = nan
    return streaks


COLUMNS: Columns = {
    "open": of("open"),
    "high": of("high"),
    "low": of("low"),
    "close": of("close"),
    "typical_price": lambda bars: (bars.high + bars.low + bars.close) / 3.0,
    "gap": lambda bars: changes(bars.open, lagged(bars.close, 1)),
    "body": lambda bars: changes(bars.close, bars.open),
    "range": lambda bars: 100.0 * ratios(bars.high - bars.low, bars.close),
    "close_location": lambda bars: ratios(bars.close - bars.low, bars.high - bars.low),
    "up_streak": lambda bars: _streaks(bars.close, 1.0),
    "down_streak": lambda bars: _streaks(bars.close, -1.0),
}
