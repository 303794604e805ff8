"""How bad it gets: losses of the last 250 one-bar returns, historical, 95 %. Positive means loss."""

from __future__ import annotations

from math import sqrt

import numpy as np

from fks_agents.bars import Bars
from tools.indicators._arithmetic import ratio, returns, window
from tools.indicators._definition import Facts, Values

COUNT = 250
WORST = 13
"""The worst 5 % of 250, rounded up."""

FACTS: Facts = (
    ("var_95", "percent", "Value at risk of one bar: the 13th largest loss of 250; negative where even that is a gain"),
    ("cvar_95", "percent", "Expected shortfall of one bar: mean of the 13 largest losses of 250"),
    ("var_95_5", "percent", "Value at risk of 5 bars: the 13th largest loss of 250 overlapping 5-bar returns"),
    ("worst_loss_250", "percent", "Largest one-bar loss of 250"),
    ("downside_deviation_250", "percent", "Root of the mean square of the negative ones of 250 returns, over all 250"),
    ("tail_ratio_250", "ratio", "13th largest gain / 13th largest loss of 250; left out where the loss is 0"),
)


def measure(bars: Bars) -> Values:
    ordered = np.sort(returns(window(bars.close, COUNT + 1)))
    closes = window(bars.close, COUNT + 5)
    of_five = np.sort(closes[5:] / closes[:-5] - 1.0)
    return {
        "var_95": -100.0 * float(ordered[WORST - 1]),
        "cvar_95": -100.0 * float(np.mean(ordered[:WORST])),
        "var_95_5": -100.0 * float(of_five[WORST - 1]),
        "worst_loss_250": -100.0 * float(ordered[0]),
        "downside_deviation_250": 100.0 * sqrt(float(np.mean(np.square(np.minimum(ordered, 0.0))))),
        "tail_ratio_250": ratio(float(ordered[-WORST]), -float(ordered[WORST - 1])),
    }
