"""What every statistic asks of its columns, and the error of one that has no value."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fks_agents.errors import DataError, UsageError

Floats = NDArray[np.float64]

FLAT = 1e-12
"""Spread, relative to the values, below which they are constant up to rounding."""


class UndefinedError(ValueError):
    """A statistic that has no value on these numbers; the message is the reason."""


def column(values: object, name: str, *, least: int = 1) -> Floats:
    """As one float64 column of finite numbers; DataError where it is another form, too short, or has a hole."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise DataError(f"{name}: expected one column, was shape {array.shape}")
    if len(array) < least:
        raise DataError(f"{name}: expected at least {least} values, was {len(array)}")
    finite = np.isfinite(array)
    if not finite.all():
        row = int(np.argmin(finite))
        raise DataError(f"{name}, row {row}: expected a finite number, was {float(array[row])!r}")
    return array


def same_length(**columns: NDArray[Any]) -> int:
    """Their length; DataError naming the first that differs from the first."""
    (first, length), *others = ((name, len(values)) for name, values in columns.items())
    for name, other in others:
        if other != length:
            raise DataError(f"{name}: expected {length} values as in {first}, was {other}")
    return length


def between(value: float, low: float, high: float, name: str) -> float:
    """The value, inside the open interval; UsageError where it is not."""
    if not low < value < high:
        raise UsageError(f"{name}: expected between {low:g} and {high:g}, was {value!r}")
    return value


def at_least(value: int, least: int, name: str) -> int:
    if value < least:
        raise UsageError(f"{name}: expected at least {least}, was {value}")
    return value


def deviation(values: Floats) -> float:
    """Sample standard deviation (n - 1); undefined where there are fewer than two values, or all are equal."""
    if len(values) < 2:
        raise UndefinedError("fewer than two returns")
    if float(np.ptp(values)) <= FLAT * float(np.max(np.abs(values))):
        raise UndefinedError("returns do not vary")
    return float(np.std(values, ddof=1))
