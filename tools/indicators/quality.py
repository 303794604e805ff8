"""How far the bars can be trusted, in numbers."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from fks_agents.bars import Bars, nanoseconds
from fks_agents.contracts import Quality
from tools.indicators._definition import Facts, Values

_DAY = 86_400e9

FACTS: Facts = (
    ("quality_score", "points", "Quality of the bars, 0 to 100, after every deduction"),
    ("quality_issues", "count", "Deductions made"),
    ("bars_known", "bars", "Bars that the facts are computed from"),
    ("bar_age", "days", "Days from the close of the last bar to the decision"),
    ("bars_without_volume", "percent", "Share of the bars whose volume is zero"),
)


def describe(quality: Quality, bars: Bars, as_of: datetime) -> Values:
    return {
        "quality_score": quality.score,
        "quality_issues": len(quality.reasons),
        "bars_known": len(bars),
        "bar_age": (nanoseconds(as_of) - int(bars.closed[-1])) / _DAY,
        "bars_without_volume": 100.0 * float(np.mean(bars.volume == 0.0)),
    }
