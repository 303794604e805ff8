"""The world around the market: each series as it was published, never sooner."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple

import numpy as np

from fks_agents.bars import Series, nanoseconds
from fks_agents.contracts import Unit
from fks_agents.errors import UsageError
from tools.indicators._arithmetic import at, change, percentile_rank, window, z_score
from tools.indicators._definition import Facts, Values

_DAY = 86_400e9


class Meaning(NamedTuple):
    unit: Unit
    span: int
    """Observations that the change is counted over."""
    year: int
    """Observations in a year."""
    by: Literal["difference", "ratio"]
    """How two values are compared."""
    text: str


SERIES = {
    "vix": Meaning("points", 20, 252, "difference", "CBOE volatility index, daily close"),
    "wti": Meaning("price", 20, 252, "ratio", "WTI crude oil, USD a barrel, daily"),
    "core_cpi": Meaning("points", 12, 12, "ratio", "US consumer prices without food and energy, index, monthly"),
    "aaa_yield": Meaning("percent", 12, 12, "difference", "Moody's Aaa corporate bond yield, monthly mean"),
    "baa_yield": Meaning("percent", 12, 12, "difference", "Moody's Baa corporate bond yield, monthly mean"),
    "credit_spread": Meaning("percent", 12, 12, "difference", "baa_yield less aaa_yield of the same month"),
}
"""Every series that can become facts, and what is known of it."""


def _facts(name: str, known: Meaning) -> Facts:
    unit: Unit = "percent" if known.by == "ratio" else known.unit
    return (
        (name, known.unit, f"{known.text}, as last published"),
        (
            f"{name}_change_{known.span}",
            unit,
            f"{known.by.capitalize()} of {name} to {known.span} observations earlier",
        ),
        (
            f"{name}_z_{known.year}",
            "sigma",
            f"{name} in sample deviations from the mean of its last {known.year} values",
        ),
        (
            f"{name}_percentile_{known.year}",
            "percent",
            f"Share of the last {known.year} values of {name} below this one",
        ),
        (f"{name}_age", "days", f"Days from the publication of {name} to the decision"),
    )


FACTS: Facts = tuple(fact for name, known in SERIES.items() for fact in _facts(name, known))


def describe(series: Series) -> Values:
    """Facts of one series by its last value, none where it is empty; raises UsageError for one without a meaning."""
    known = SERIES.get(series.name)
    if known is None:
        raise UsageError(f"unknown macro series {series.name!r}; expected one of {', '.join(SERIES)}")
    if not len(series):
        return {}
    now, then = at(series.values), at(series.values, known.span)
    year = window(series.values, known.year)
    return {
        series.name: now,
        f"{series.name}_change_{known.span}": change(now, then) if known.by == "ratio" else now - then,
        f"{series.name}_z_{known.year}": z_score(now, year),
        f"{series.name}_percentile_{known.year}": percentile_rank(now, year),
    }


def age(series: Series, as_of: datetime) -> Values:
    """How old the last value is, which unlike the value depends on the moment of asking."""
    return {f"{series.name}_age": (nanoseconds(as_of) - int(series.published[-1])) / _DAY} if len(series) else {}


def credit_spread(known: Mapping[str, Series]) -> Series | None:
    """Baa less Aaa yield where both are there; published when the later of the two was."""
    aaa, baa = known.get("aaa_yield"), known.get("baa_yield")
    if aaa is None or baa is None:
        return None
    observed, of_aaa, of_baa = np.intersect1d(aaa.observed, baa.observed, return_indices=True)
    published = np.maximum(aaa.published[of_aaa], baa.published[of_baa])
    return Series("credit_spread", "percent", baa.source, observed, published, baa.values[of_baa] - aaa.values[of_aaa])
