"""The families put together: every definition there is, every value bars can give."""

from __future__ import annotations

from collections import Counter
from functools import cache
from math import isfinite
from pathlib import Path
from types import ModuleType
from typing import Protocol, cast

import numpy as np

from fks_agents import _discovery
from fks_agents.bars import Bars, Floats, moment
from fks_agents.errors import ConfigError, DataError, UsageError
from fks_agents.events import Codes
from tools.indicators._columns import Column
from tools.indicators._definition import Definition, Value, Values

FOLDER = (str(Path(__file__).parent),)


class Family(Protocol):
    def __call__(self, bars: Bars, /) -> Values:
        """Values by name; NaN where these bars cannot give one."""


@cache
def families() -> tuple[ModuleType, ...]:
    return tuple(
        _discovery.load("tools.indicators", FOLDER, "family of facts", name) for name in _discovery.names(FOLDER)
    )


@cache
def definitions() -> tuple[Definition, ...]:
    """Every fact there can be, family by family; a name means the same on each timeframe."""
    known = tuple(
        Definition(name, unit, family.__name__.rpartition(".")[2], text)
        for family in families()
        for name, unit, text in family.FACTS
    )
    if twice := [name for name, count in Counter(each.name for each in known).items() if count > 1]:
        raise ConfigError(f"expected each fact to be defined once, was twice: {', '.join(twice)}")
    return known


def measure(bars: Bars) -> tuple[tuple[str, Value], ...]:
    """Name and value on the last bar, in the order of `definitions()`; what these bars cannot give is left out.

    Left out are facts that need more bars than there are, and those whose formula divides by zero here: no range, no
    volume, no movement. Raises DataError naming the first bar with a price that is not finite and positive.
    """
    _refuse_broken(bars)
    values: Values = {}
    for family in families():
        if len(bars) and hasattr(family, "measure"):
            values |= cast("Family", family.measure)(bars)
    return present(values)


@cache
def columnar() -> dict[str, Column]:
    """Every fact that has a value on each bar at once, and how it is computed, in the order of `definitions()`."""
    found = {name: column for family in families() for name, column in getattr(family, "COLUMNS", {}).items()}
    return {each.name: found[each.name] for each in definitions() if each.name in found}


def column(bars: Bars, name: str) -> Floats:
    """The fact on every bar, shape (n,): at t what `measure` says of `bars[: t + 1]`, NaN where that leaves it out.

    Raises UsageError where no such fact has a column, DataError as `measure` does.
    """
    known = columnar()
    if name not in known:
        raise UsageError(f"unknown column of facts {name!r}; expected one of {', '.join(known)}")
    _refuse_broken(bars)
    return known[name](bars) if len(bars) else np.empty(0)


@cache
def labelled() -> dict[str, tuple[str, ...]]:
    """Every fact that is a word on each bar at once, and the words there are, in the order of `definitions()`."""
    found = {name: words for family in families() for name, (words, _) in getattr(family, "LABELS", {}).items()}
    return {each.name: found[each.name] for each in definitions() if each.name in found}


def label_column(bars: Bars, name: str) -> Codes:
    """Which of `labelled()[name]` the fact is on every bar, shape (n,): as `measure` says there, -1 where it says none.

    Raises UsageError where no such fact has a column, DataError as `measure` does.
    """
    if name not in labelled():
        raise UsageError(f"unknown column of labels {name!r}; expected one of {', '.join(labelled())}")
    _refuse_broken(bars)
    codes = next(family.LABELS[name][1] for family in families() if name in getattr(family, "LABELS", {}))
    return np.asarray(codes(bars)) if len(bars) else np.empty(0, dtype=np.int8)


def present(values: Values) -> tuple[tuple[str, Value], ...]:
    """The values that exist, as plain floats and words, in the order of `definitions()`; NaN is left out."""
    ordered = ((each.name, values[each.name]) for each in definitions() if each.name in values)
    # Adding zero turns -0.0 into 0.0, which prints without a sign.
    plain = ((name, value if isinstance(value, str) else float(value) + 0.0) for name, value in ordered)
    return tuple((name, value) for name, value in plain if isinstance(value, str) or isfinite(value))


def _refuse_broken(bars: Bars) -> None:
    for name in ("open", "high", "low", "close"):
        column = getattr(bars, name)
        fits = np.isfinite(column) & (column > 0.0)
        if not fits.all():
            row = int(np.argmin(fits))
            where = f"{bars.symbol} {bars.timeframe}, row {row} ({moment(bars.opened[row]).isoformat()})"
            raise DataError(f"{where}: {name}: expected a positive price, was {column[row]}")
