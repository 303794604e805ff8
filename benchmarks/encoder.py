"""ASMBTR encoding of ticks, as multiples of a numpy pass that does the same, all in one run. Budget: 300 M ticks/s."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from math import nan
from statistics import median

import numpy as np
from numpy.typing import NDArray

from execution_core.encoders import encode, learn, read

TICKS, DEPTH, RUNS = 1_000_000, 8, 15
BUDGET = 300e6


def per_second(work: Callable[[], object]) -> float:
    """Ticks in a second of processor time, at the median."""
    work()
    times = []
    for _ in range(RUNS):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return TICKS / median(times)


def by_numpy(prices: NDArray[np.float64]) -> NDArray[np.int32]:
    """The same states, one bit of the state at a time."""
    moves = np.diff(prices)
    rows = np.flatnonzero(moves)
    bits = (moves[rows] > 0).astype(np.int32)
    states = np.zeros(len(bits) - DEPTH + 1, dtype=np.int32)
    for back in range(DEPTH):
        states = states << 1 | bits[back : len(bits) - DEPTH + 1 + back]
    known = np.searchsorted(rows[DEPTH - 1 :] + 1, np.arange(len(prices)), side="right") - 1
    return np.where(known < 0, np.int32(-1), states[known])


def main() -> None:
    random = np.random.default_rng(1)
    # Half of the ticks repeat the price, as quotes do.
    prices = 100.0 + 0.01 * np.cumsum(random.choice([-1.0, 0.0, 0.0, 1.0], TICKS))
    table, size = random.random(1 << DEPTH), 1 << DEPTH
    up, down, seen = np.zeros(size), np.zeros(size), np.zeros(size, dtype=np.int64)
    assert np.array_equal(encode(prices, DEPTH, 1, nan)[0], by_numpy(prices))
    measured = {
        "numpy": per_second(lambda: by_numpy(prices)),
        "encode": per_second(lambda: encode(prices, DEPTH, 1, nan)),
        "encode and look up": per_second(lambda: read(prices, DEPTH, 1, nan, table)),
        "learn": per_second(lambda: learn(prices, DEPTH, 1, nan, 0.999, up, down, seen)),
    }
    if "--json" in sys.argv:
        print(json.dumps({name: {"ticks_per_s": rate} for name, rate in measured.items()}, indent=2))
        return
    print(f"{f'{TICKS:,} ticks, depth {DEPTH}':28}{'M ticks/s':>10}{'x numpy':>10}{'x budget':>10}")
    for name, rate in measured.items():
        print(f"{name:28}{rate / 1e6:10.0f}{rate / measured['numpy']:10.1f}{rate / BUDGET:10.2f}")


if __name__ == "__main__":
    main()
