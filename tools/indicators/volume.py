"""What traded.

All are left out where the last 20 bars have no volume, or one that is no number: a venue that reports none has not
reported zero.
"""

from __future__ import annotations

from math import nan

import numpy as np

from fks_agents.bars import Bars, Floats
from tools.indicators._arithmetic import at, change, ratio, window, z_score
from tools.indicators._columns import (
    Column,
    Columns,
    changes,
    deviations,
    highest,
    indicator,
    lagged,
    lowest,
    means,
    ratios,
    rolled,
    sums,
)
from tools.indicators._definition import Facts, Values

FACTS: Facts = (
    ("volume", "volume", "Volume of the last bar, in units of the instrument"),
    ("volume_sma_20", "volume", "Mean volume of the last 20 bars"),
    ("volume_ratio_20", "ratio", "Volume of the last bar / mean volume of the 20 bars before it"),
    ("volume_z_20", "sigma", "Volume of the last bar against the 20 before it, in their standard deviations"),
    ("volume_trend", "percent", "Mean volume of 5 bars against the mean of 20"),
    ("dollar_volume_20", "currency", "Mean of close x volume over 20 bars"),
    ("obv_change_20", "volume", "Volume of rising closes minus volume of falling ones, over 20 bars"),
    ("up_volume_20", "fraction", "Volume of bars with a rising close / volume of all, over 20 bars"),
    ("mfi_14", "points", "Money flow index over 14 bars, 0 to 100"),
    ("cmf_20", "ratio", "Chaikin's money flow over 20 bars, -1 to 1; bars without range count 0"),
    ("vwap_20", "price", "Typical price weighted by volume, over 20 bars"),
    ("close_to_vwap_20", "percent", "Close against vwap_20"),
)


def measure(bars: Bars) -> Values:
    import talib

    traded = window(bars.volume, 20)
    if not (np.all(traded >= 0.0) and 0.0 < np.sum(traded) < np.inf):
        return {}
    before = window(bars.volume, 20, before=1)
    high, low, close = (window(column, 20) for column in (bars.high, bars.low, bars.close))
    typical = (high + low + close) / 3.0
    steps = np.sign(np.diff(window(bars.close, 21)))
    vwap = ratio(float(np.sum(typical * traded)), float(np.sum(traded)))
    values: Values = {
        "volume": at(bars.volume),
        "volume_sma_20": float(np.mean(traded)),
        "volume_ratio_20": ratio(at(bars.volume), float(np.mean(before))),
        "volume_z_20": z_score(at(bars.volume), before),
        "volume_trend": change(float(np.mean(window(bars.volume, 5))), float(np.mean(traded))),
        "dollar_volume_20": float(np.mean(close * traded)),
        "obv_change_20": float(np.sum(steps * traded)),
        "up_volume_20": ratio(float(np.sum(np.maximum(steps, 0.0) * traded)), float(np.sum(traded))),
        "cmf_20": ratio(float(np.sum(_money_flow(high, low, close) * traded)), float(np.sum(traded))),
        "vwap_20": vwap,
        "close_to_vwap_20": change(at(bars.close), vwap),
    }
    # Where the typical price never moved while something traded, money flow is 0 / 0, which TA-Lib calls 0.
    if np.any(traded[-14:] * np.diff((bars.high + bars.low + bars.close)[-15:])):
        values["mfi_14"] = at(talib.MFI(bars.high, bars.low, bars.close, bars.volume, 14))
    return values


def _money_flow(high: Floats, low: Floats, close: Floats) -> Floats:
    """Where each close lies between low (-1) and high (1)."""
    spread = high - low
    return np.divide(2.0 * close - high - low, spread, out=np.zeros_like(spread), where=spread > 0.0)


def _where_traded(measured: Column) -> Column:
    def column(bars: Bars) -> Floats:
        traded = rolled(bars.volume, 20, sums)
        known = (rolled(bars.volume, 20, lowest) >= 0.0) & (traded > 0.0) & (traded < np.inf)
        return np.where(known, measured(bars), nan)

    return column


def _of_volume(values: Column) -> Column:
    """The share of 20 bars' volume that comes with these values, each bar's weighted by its volume."""
    return lambda bars: ratios(rolled(values(bars) * bars.volume, 20, sums), rolled(bars.volume, 20, sums))


def _signs(bars: Bars) -> Floats:
    return np.sign(bars.close - lagged(bars.close, 1))


def _scores(bars: Bars) -> Floats:
    usual = rolled(bars.volume, 20, means, before=1)
    return ratios(bars.volume - usual, rolled(bars.volume, 20, deviations, before=1))


def _money_flow_index(bars: Bars) -> Floats:
    total = bars.high + bars.low + bars.close
    moved = rolled(np.abs(bars.volume * (total - lagged(total, 1))), 14, highest) > 0.0
    return np.where(moved, indicator("MFI", ("high", "low", "close", "volume"), 14)(bars), nan)


_VWAP = _of_volume(lambda bars: (bars.high + bars.low + bars.close) / 3.0)

COLUMNS: Columns = {
    name: _where_traded(column)
    for name, column in {
        "volume": lambda bars: bars.volume,
        "volume_sma_20": lambda bars: rolled(bars.volume, 20, means),
        "volume_ratio_20": lambda bars: ratios(bars.volume, rolled(bars.volume, 20, means, before=1)),
        "volume_z_20": _scores,
        "volume_trend": lambda bars: changes(rolled(bars.volume, 5, means), rolled(bars.volume, 20, means)),
        "dollar_volume_20": lambda bars: rolled(bars.close * bars.volume, 20, means),
        "obv_change_20": lambda bars: rolled(_signs(bars) * bars.volume, 20, sums),
        "up_volume_20": _of_volume(lambda bars: np.maximum(_signs(bars), 0.0)),
        "mfi_14": _money_flow_index,
        "cmf_20": _of_volume(lambda bars: _money_flow(bars.high, bars.low, bars.close)),
        "vwap_20": _VWAP,
        "close_to_vwap_20": lambda bars: changes(bars.close, _VWAP(bars)),
    }.items()
}
