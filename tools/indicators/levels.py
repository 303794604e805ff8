"""Prices that others look at."""

from __future__ import annotations

import numpy as np

from fks_agents.bars import Bars, Floats
from tools.indicators._arithmetic import at, change, ratio, window
from tools.indicators._columns import Column, Columns, changes, highest, lagged, lowest, ratios, rolled
from tools.indicators._definition import Facts, Values

SPANS = (20, 55, 252)

FACTS: Facts = (
    ("previous_high", "price", "High of the bar before the last"),
    ("previous_low", "price", "Low of the bar before the last"),
    ("previous_close", "price", "Close of the bar before the last"),
    ("high_20", "price", "Highest high of the 20 bars before the last"),
    ("low_20", "price", "Lowest low of the 20 bars before the last"),
    ("high_55", "price", "Highest high of the 55 bars before the last"),
    ("low_55", "price", "Lowest low of the 55 bars before the last"),
    ("high_252", "price", "Highest high of the 252 bars before the last"),
    ("low_252", "price", "Lowest low of the 252 bars before the last"),
    ("close_to_high_20", "percent", "Close against high_20; positive is a breakout"),
    ("close_to_low_20", "percent", "Close against low_20; negative is a breakdown"),
    ("close_to_high_252", "percent", "Close against high_252"),
    ("close_to_low_252", "percent", "Close against low_252"),
    (
        "range_position_20",
        "fraction",
        "Close between low_20 (0) and high_20 (1), beyond outside; left out without range",
    ),
    ("range_position_252", "fraction", "Close between low_252 (0) and high_252 (1), beyond outside; same"),
    ("pivot", "price", "(high + low + close) / 3 of the last bar, the floor traders' pivot of the next"),
    ("pivot_r1", "price", "First resistance: 2 x pivot - low"),
    ("pivot_s1", "price", "First support: 2 x pivot - high"),
    ("pivot_r2", "price", "Second resistance: pivot + high - low"),
    ("pivot_s2", "price", "Second support: pivot - (high - low)"),
)


def measure(bars: Bars) -> Values:
    high, low, close = (at(column) for column in (bars.high, bars.low, bars.close))
    pivot = (high + low + close) / 3.0
    top = {span: float(np.max(window(bars.high, span, before=1))) for span in SPANS}
    bottom = {span: float(np.min(window(bars.low, span, before=1))) for span in SPANS}
    return {
        "previous_high": at(bars.high, 1),
        "previous_low": at(bars.low, 1),
        "previous_close": at(bars.close, 1),
        **{f"high_{span}": top[span] for span in SPANS},
        **{f"low_{span}": bottom[span] for span in SPANS},
        **{f"close_to_high_{span}": change(close, top[span]) for span in (20, 252)},
        **{f"close_to_low_{span}": change(close, bottom[span]) for span in (20, 252)},
        **{f"range_position_{span}": ratio(close - bottom[span], top[span] - bottom[span]) for span in (20, 252)},
        "pivot": pivot,
        "pivot_r1": 2.0 * pivot - low,
        "pivot_s1": 2.0 * pivot - high,
        "pivot_r2": pivot + (high - low),
        "pivot_s2": pivot - (high - low),
    }


def _top(bars: Bars, span: int) -> Floats:
    return rolled(bars.high, span, highest, before=1)


def _bottom(bars: Bars, span: int) -> Floats:
    return rolled(bars.low, span, lowest, before=1)


def _pivot(bars: Bars) -> Floats:
    return (bars.high + bars.low + bars.close) / 3.0


def _spans(span: int) -> dict[str, Column]:
    return {f"high_{span}": lambda bars: _top(bars, span), f"low_{span}": lambda bars: _bottom(bars, span)}


def _places(span: int) -> dict[str, Column]:
    return {
        f"close_to_high_{span}": lambda bars: changes(bars.close, _top(bars, span)),
        f"close_to_low_{span}": lambda bars: changes(bars.close, _bottom(bars, span)),
        f"range_position_{span}": lambda bars: ratios(
            bars.close - _bottom(bars, span), _top(bars, span) - _bottom(bars, span)
        ),
    }


COLUMNS: Columns = {
    "previous_high": lambda bars: lagged(bars.high, 1),
    "previous_low": lambda bars: lagged(bars.low, 1),
    "previous_close": lambda bars: lagged(bars.close, 1),
    **{name: column for span in SPANS for name, column in _spans(span).items()},
    **{name: column for span in (20, 252) for name, column in _places(span).items()},
    "pivot": _pivot,
    "pivot_r1": lambda bars: 2.0 * _pivot(bars) - bars.low,
    "pivot_s1": lambda bars: 2.0 * _pivot(bars) - bars.high,
    "pivot_r2": lambda bars: _pivot(bars) + (bars.high - bars.low),
    "pivot_s2": lambda bars: _pivot(bars) - (bars.high - bars.low),
}
