"""Which side a native strategy turns to after each close, in plain Python; `_strategies.pxd` does the same."""

from __future__ import annotations

from math import sqrt
from typing import Protocol

from execution_core.intervals import z_of
from execution_core.strategies import AsmbtrOdds, MarkovOdds, Momentum, SmaCross, Strategy


class Turns(Protocol):
    def after(self, close: float) -> int | None:
        """The side turned to at this close, 0 for flat; None where nothing changes."""


def turns_of(strategy: Strategy) -> Turns:
    if isinstance(strategy, AsmbtrOdds):
        return AsmbtrTurns(strategy)
    return MarkovTurns(strategy) if isinstance(strategy, MarkovOdds) else PriceTurns(strategy)


class PriceTurns:
    def __init__(self, strategy: SmaCross | Momentum) -> None:
        self._strategy = strategy
        self._closes: list[float] = []
        self._fast = self._slow = 0.0
        self._side = 0

    def after(self, close: float) -> int | None:
        self._closes.append(close)
        lead = self._lead()
        if lead is None:
            return None
        before, side = self._side, 1 if lead > 0.0 else (-1 if lead < 0.0 else self._side)
        self._side = side
        # The first sign of all says nothing about when it came.
        return side if side != before and before != 0 else None

    def _lead(self) -> float | None:
        closes, how = self._closes, self._strategy
        if not isinstance(how, SmaCross):
            return closes[-1] - closes[-1 - how.slow] if len(closes) > how.slow else None
        self._fast = self._fast + closes[-1]
        self._slow = self._slow + closes[-1]
        if len(closes) > how.fast:
            self._fast = self._fast - closes[-1 - how.fast]
        if len(closes) > how.slow:
            self._slow = self._slow - closes[-1 - how.slow]
        if len(closes) < how.slow:
            return None
        return self._fast * (1.0 / how.fast) - self._slow * (1.0 / how.slow)


class Counts:
    """What followed a state."""

    def __init__(self) -> None:
        self.up = self.down = self.squares = self.seen = 0.0

    def count(self, *, is_up: bool, decay: float) -> None:
        self.up = self.up * decay + is_up
        self.down = self.down * decay + (not is_up)
        self.squares = self.squares * (decay * decay) + 1.0
        self.seen += 1.0

    def lean(self, least: float, z: float) -> int:
        """1 where the Wilson interval of the share of `up` lies above one half, -1 where below, else 0."""
        if self.seen < least:
            return 0
        total, zz = self.up + self.down, z * z
        share, n = self.up / total, total * total / self.squares
        centre = (share + zz / (2.0 * n)) / (1.0 + zz / n)
        half = z / (1.0 + zz / n) * sqrt(share * (1.0 - share) / n + zz / (4.0 * n * n))
        return 1 if centre - half > 0.5 else (-1 if centre + half < 0.5 else 0)


class AsmbtrTurns:
    def __init__(self, strategy: AsmbtrOdds) -> None:
        self._strategy, self._z = strategy, z_of(strategy.confidence)
        self._counts: dict[tuple[bool, ...], Counts] = {}
        self._moves: tuple[bool, ...] = ()
        self._last: float | None = None
        self._side = 0

    def after(self, close: float) -> int | None:
        last, self._last, how = self._last, close, self._strategy
        if last is None or close == last:
            return None
        if len(self._moves) == how.depth:
            self._counts.setdefault(self._moves, Counts()).count(is_up=close > last, decay=how.decay)
        self._moves = (*self._moves, close > last)[-how.depth :]
        if len(self._moves) < how.depth:
            return None
        side = self._counts.get(self._moves, Counts()).lean(how.least, self._z)
        before, self._side = self._side, side
        return side if side != before else None


class MarkovTurns:
    def __init__(self, strategy: MarkovOdds) -> None:
        self._strategy, self._z = strategy, z_of(strategy.confidence)
        self._counts = [Counts(), Counts(), Counts()]
        self._closes: list[float] = []
        self._labels: list[int] = []
        self._squares = 0.0
        self._side = 0

    def after(self, close: float) -> int | None:
        how, labels = self._strategy, self._labels
        self._closes.append(close)
        if len(self._closes) <= how.span:
            return None
        gained = close / self._closes[-1 - how.span] - 1.0
        self._squares = self._squares + gained * gained
        beyond = how.width * sqrt(self._squares / (len(labels) + 1))
        label = 2 if gained > beyond else (0 if gained < -beyond else 1)
        labels.append(label)
        if len(labels) > how.span and label != 1:
            self._counts[labels[-1 - how.span]].count(is_up=label == 2, decay=1.0)
        side = self._counts[label].lean(how.least, self._z)
        before, self._side = self._side, side
        return side if side != before else None
