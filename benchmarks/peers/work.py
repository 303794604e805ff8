"""What a peer is given and what it tells: `python -m benchmarks.peers.<peer> FILE COUNT` prints one line of JSON.

Runs in the environment that `make bench-peers` makes; knows numpy and nothing of ours.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib.metadata import version
from time import process_time
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

WARM_UP = 3_000
"""Bars of the run before, for those that compile themselves."""
CASH, FEE, SLIPPAGE, STOP, TARGET = 10_000_000.0, 0.001, 0.0005, 0.002, 0.003


class Work(NamedTuple):
    opened: NDArray[np.int64]
    """ns"""
    open: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]
    volume: NDArray[np.float64]
    sides: NDArray[np.int8]
    """1 or -1 after whose close the position turns, else 0: found beforehand, so that only matching is timed."""

    def first(self, count: int) -> Work:
        return Work(
            self.opened[:count], self.open[:count], self.high[:count], self.low[:count], self.close[:count],
            self.volume[:count], self.sides[:count],
        )  # fmt: skip

    def frame(self) -> Any:
        import pandas as pd

        columns = {"Open": self.open, "High": self.high, "Low": self.low, "Close": self.close, "Volume": self.volume}
        return pd.DataFrame(columns, index=pd.to_datetime(self.opened, utc=True))


class Outcome(NamedTuple):
    trades: int
    final_equity: float


def report(package: str, play: Callable[[Work], Outcome]) -> None:
    with np.load(sys.argv[1]) as file:
        work = Work(*(file[name] for name in Work._fields)).first(int(sys.argv[2]))
    play(work.first(WARM_UP))
    started = process_time()
    outcome = play(work)
    took = process_time() - started
    print(json.dumps({"version": version(package), "bars": len(work.open), "s": took, **outcome._asdict()}))
