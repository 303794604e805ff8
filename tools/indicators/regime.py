"""What kind of market it is: volatility percentile x trend."""

from __future__ import annotations

from math import nan
from typing import get_args

import numpy as np

from fks_agents.bars import Bars, Floats
from fks_agents.contracts import Regime
from fks_agents.events import Codes
from tools.indicators import trend
from tools.indicators._arithmetic import FLAT, log_returns, percentile_rank
from tools.indicators._columns import Columns, Labels, log_steps, ratios, rolled
from tools.indicators._definition import Facts, Values

LONGEST, SHORTEST = 250, 60
"""Values of volatility that a percentile is taken among."""
VOLATILE = 80.0
ADX, EFFICIENCY = 25.0, 0.3

FACTS: Facts = (
    ("volatility_percentile", "percent", "Share of the last 250 values of volatility_20 (60 at least) below today's"),
    (
        "regime", "label",
        "volatile: volatility_percentile >= 80; else trending: adx_14 >= 25 and efficiency_ratio_20 >= 0.3; else calm",
    ),
)  # fmt: skip


def measure(bars: Bars) -> Values:
    percentile = _volatility_percentile(bars)
    if np.isnan(percentile):
        return {}
    known = trend.measure(bars)
    return {"volatility_percentile": percentile, "regime": regime(percentile, known)}


def regime(percentile: float, known: Values) -> Regime:
    """The documented rule; without any movement there is no trend, hence calm."""
    if percentile >= VOLATILE:
        return "volatile"
    adx, efficiency = (float(known.get(name, nan)) for name in ("adx_14", "efficiency_ratio_20"))
    return "trending" if adx >= ADX and efficiency >= EFFICIENCY else "calm"


def _volatility_percentile(bars: Bars) -> float:
    closes = bars.close[-(LONGEST + 20) :]
    if len(closes) < SHORTEST + 20:
        return nan
    past = np.std(np.lib.stride_tricks.sliding_window_view(log_returns(closes), 20), axis=1, ddof=1)
    past[past <= FLAT] = 0.0
    return percentile_rank(float(past[-1]), past)


def _ranks(windows: Floats) -> Floats:
    """Of each last value among those of its window that are there, as `percentile_rank`."""
    last = windows[:, -1:]
    below = np.sum(windows < last, axis=1) + 0.5 * np.sum(windows == last, axis=1)
    return ratios(100.0 * below, np.sum(~np.isnan(windows), axis=1))


def _percentiles(bars: Bars) -> Floats:
    past = rolled(log_steps(bars.close), 20, lambda moves: np.std(moves, axis=1, ddof=1))
    past[past <= FLAT] = 0.0
    padded = np.concatenate([np.full(LONGEST - 1, nan), past])
    ranks = np.full(len(bars), nan)
    ranks[SHORTEST + 19 :] = rolled(padded, LONGEST, _ranks)[LONGEST - 1 :][SHORTEST + 19 :]
    return ranks


COLUMNS: Columns = {"volatility_percentile": _percentiles}


def _regimes(bars: Bars) -> Codes:
    percentile = _percentiles(bars)
    # What is missing is no trend: a comparison with NaN is false.
    is_trending = (trend.COLUMNS["adx_14"](bars) >= ADX) & (trend.COLUMNS["efficiency_ratio_20"](bars) >= EFFICIENCY)
    found = np.where(percentile >= VOLATILE, 1, np.where(is_trending, 2, 0))
    return np.where(np.isnan(percentile), -1, found).astype(np.int8)


LABELS: Labels = {"regime": (get_args(Regime), _regimes)}
