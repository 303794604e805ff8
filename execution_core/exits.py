"""Where exits lie: distances from the entry's fill, for the orders of `Engine.place` and `Engine.aim`.

Each takes only what was known when the order is placed: one number, or a column of them with a row for each bar.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Distance = TypeVar("Distance", float, NDArray[np.float64])


class Exit(NamedTuple):
    """What to hand to `Engine.place` or `Engine.aim` by `**exit._asdict()`; 0 is none."""

    stop_distance: float = 0.0
    target_distance: float = 0.0
    trail: float = 0.0
    """Distance of a stop that follows the best price ..."""
    activation: float = 0.0
    """... once price has moved this far in favour."""
    horizon: int = 0
    """Bars after which the position is left at the open."""


def by_range(average_range: Distance, times: float) -> Distance:
    """So many average true ranges."""
    _check(times=times)
    return average_range * times


def by_volatility(price: Distance, volatility: Distance, bars: int, times: float) -> Distance:
    """So many of the moves to expect over so many bars: price x volatility x sqrt(bars), volatility being the standard
    deviation of one bar's return."""
    _check(times=times, bars=bars)
    return price * volatility * (sqrt(bars) * times)


def by_share(price: Distance, share: float) -> Distance:
    """That share of the price."""
    _check(share=share)
    return price * share


def _check(**values: float) -> None:
    for name, value in values.items():
        # Neither NaN nor infinity is below itself.
        if not 0.0 <= value < float("inf"):
            raise ValueError(f"{name} must be finite and not negative, was {value!r}")
