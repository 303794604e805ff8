"""What holding it brought."""

from __future__ import annotations

from functools import partial
from math import nan, sqrt

import numpy as np

from fks_agents.bars import Bars, Floats
from tools.indicators._arithmetic import (
    ANNUALISED,
    at,
    bars_per_year,
    change,
    deviation,
    ratio,
    returns as simple_returns,
    window,
)
from tools.indicators._columns import (
    Columns,
    annual,
    changes,
    deviations,
    highest,
    lagged,
    lowest,
    means,
    ratios,
    rolled,
    steps,
)
from tools.indicators._definition import Facts, Values

FACTS: Facts = (
    ("return_1", "percent", "Close against the close one bar earlier"),
    ("return_5", "percent", "Close against the close 5 bars earlier"),
    ("return_20", "percent", "Close against the close 20 bars earlier"),
    ("return_60", "percent", "Close against the close 60 bars earlier"),
    ("return_120", "percent", "Close against the close 120 bars earlier"),
    ("return_252", "percent", "Close against the close 252 bars earlier"),
    ("mean_return_60", "percent", "Mean one-bar return of the last 60 bars"),
    ("sharpe_60", "ratio", f"Mean / sample deviation of 60 one-bar returns, {ANNUALISED}; left out without deviation"),
    ("up_bars_20", "fraction", "Share of the last 20 bars with a rising close"),
    ("best_return_60", "percent", "Highest one-bar return of the last 60 bars"),
    ("worst_return_60", "percent", "Lowest one-bar return of the last 60 bars"),
    ("drawdown_now", "percent", "How far the close lies below the highest close of 252 bars; 0 or more"),
    ("max_drawdown_60", "percent", "Deepest fall from a running highest close within 60 bars; 0 or more"),
    ("max_drawdown_252", "percent", "Deepest fall from a running highest close within 252 bars; 0 or more"),
    ("bars_since_peak", "bars", "Bars since the highest close of 252 bars, the latest where it was reached twice"),
)

SPANS = (1, 5, 20, 60, 120, 252)


def measure(bars: Bars) -> Values:
    past = simple_returns(window(bars.close, 61))
    year = window(bars.close, 252)
    values: Values = {f"return_{span}": change(at(bars.close), at(bars.close, span)) for span in SPANS}
    values |= {
        "mean_return_60": 100.0 * float(np.mean(past)),
        "sharpe_60": sqrt(bars_per_year(bars)) * ratio(float(np.mean(past)), deviation(past)),
        "best_return_60": 100.0 * float(np.max(past)),
        "worst_return_60": 100.0 * float(np.min(past)),
        "drawdown_now": -change(at(bars.close), float(np.max(year))),
        "max_drawdown_60": _max_drawdown(window(bars.close, 60)),
        "max_drawdown_252": _max_drawdown(year),
    }
    if len(bars) > 20:
        values["up_bars_20"] = float(np.mean(simple_returns(window(bars.close, 21)) > 0.0))
    if len(bars) >= 252:
        values["bars_since_peak"] = float(np.argmax(year[::-1]))
    return values


def _max_drawdown(closes: Floats) -> float:
    return 100.0 * float(np.max(1.0 - closes / np.maximum.accumulate(closes)))


def _deepest(windows: Floats) -> Floats:
    return np.asarray(100.0 * np.max(1.0 - windows / np.maximum.accumulate(windows, axis=1), axis=1))


def _sharpe(bars: Bars) -> Floats:
    past = steps(bars.close)
    return np.sqrt(annual(bars)) * ratios(rolled(past, 60, means), rolled(past, 60, deviations))


def _risen(bars: Bars) -> Floats:
    past = steps(bars.close)
    return np.where(np.isnan(past), nan, past > 0.0)


def _change(bars: Bars, span: int) -> Floats:
    return changes(bars.close, lagged(bars.close, span))


COLUMNS: Columns = {
    **{f"return_{span}": partial(_change, span=span) for span in SPANS},
    "mean_return_60": lambda bars: 100.0 * rolled(steps(bars.close), 60, means),
    "sharpe_60": _sharpe,
    "up_bars_20": lambda bars: rolled(_risen(bars), 20, means),
    "best_return_60": lambda bars: 100.0 * rolled(steps(bars.close), 60, highest),
    "worst_return_60": lambda bars: 100.0 * rolled(steps(bars.close), 60, lowest),
    "drawdown_now": lambda bars: -changes(bars.close, rolled(bars.close, 252, highest)),
    "max_drawdown_60": lambda bars: rolled(bars.close, 60, _deepest),
    "max_drawdown_252": lambda bars: rolled(bars.close, 252, _deepest),
    "bars_since_peak": lambda bars: rolled(bars.close, 252, lambda year: np.argmax(year[:, ::-1], axis=1)),
}
