"""Where exits lie: distances from the entry's fill, for `stop_distance`, `target_distance` and `trail` of an order.

Each takes only what was known when the order is placed. Time-based exits are the order's `horizon`, in bars.
"""

from __future__ import annotations

from math import isfinite, sqrt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Exit(NamedTuple):
    """What to hand to `Engine.place` or `Engine.aim` by `**exit._asdict()`."""

    stop_distance: float = 0.0
    target_distance: float = 0.0
    trail: float = 0.0
    activation: float = 0.0
    horizon: int = 0


def average_true_range(
    high: NDArray[np.float64], low: NDArray[np.float64], close: NDArray[np.float64], length: int = 14
) -> NDArray[np.float64]:
    """Of shape (n,), NaN before there are `length` ranges: a mean, then Wilder's smoothing.

    Source: J. W. Wilder, New Concepts in Technical Trading Systems (1978), p. 23.
    """
    import numpy as np

    if length < 1:
        raise ValueError(f"length must be positive, was {length!r}")
    before = np.concatenate([close[:1], close[:-1]])
    ranges = np.maximum(high, before) - np.minimum(low, before)
    found = np.full(len(ranges), np.nan)
    if len(ranges) >= length:
        mean = float(ranges[:length].mean())
        found[length - 1] = mean
        for row, value in enumerate(ranges[length:].tolist(), start=length):
            mean += (value - mean) / length
            found[row] = mean
    return found


def by_range(average_range: float, stop: float, target: float = 0.0, *, horizon: int = 0) -> Exit:
    """Stop and target as multiples of the average true range."""
    _check(average_range=average_range, stop=stop, target=target)
    return Exit(stop_distance=stop * average_range, target_distance=target * average_range, horizon=horizon)


def by_volatility(
    price: float, volatility: float, bars: int, stop: float, target: float = 0.0, *, horizon: int = 0
) -> Exit:
    """Stop and target as multiples of the move expected over so many bars: price x volatility x sqrt(bars), volatility
    being the standard deviation of one bar's return."""
    _check(price=price, volatility=volatility, bars=bars, stop=stop, target=target)
    move = price * volatility * sqrt(bars)
    return Exit(stop_distance=stop * move, target_distance=target * move, horizon=horizon)


def trailing(distance: float, activation: float = 0.0, *, horizon: int = 0) -> Exit:
    """A stop that follows at `distance` once price has moved `activation` in favour."""
    _check(distance=distance, activation=activation)
    return Exit(trail=distance, activation=activation, horizon=horizon)


def _check(**values: float) -> None:
    for name, value in values.items():
        if not (isfinite(value) and value >= 0.0):
            raise ValueError(f"{name} must be finite and not negative, was {value!r}")
