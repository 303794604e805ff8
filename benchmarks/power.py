"""How often the significance report finds an edge: by its size and the number of trades, in simulated worlds.

Worlds are fair games of normal bars without costs; a rule that looks back chooses the side of each trade of four bars,
and the edge, in standard deviations of a trade, is added to the bars held. At edge 0 the share found is the size of the
test, 5 % by design; shuffling is there to show that it is no test.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from evaluators.statistics import Placed, detectable, probabilistic_sharpe, random_entries, sign_flip
from execution_core.intervals import wilson

EDGES, TRADES = (0.0, 0.05, 0.1, 0.2), (100, 500)
WORLDS, DRAWS, LEVEL = 300, 199, 0.05
HELD, SIGMA = 4, 0.01

Floats = NDArray[np.float64]


def world(seed: int, edge: float, trades: int) -> tuple[Floats, Placed]:
    random = np.random.default_rng(seed)
    moves = random.normal(0.0, SIGMA, 8 * trades + 10)
    entered = 5 + np.cumsum(random.integers(HELD, 8, trades))
    side = np.ones(trades, dtype=np.int8)
    for number, row in enumerate(entered):
        side[number] = 1 if moves[row - 1] + moves[row] > 0.0 else -1
        moves[row + 1 : row + HELD + 1] += side[number] * edge * SIGMA / np.sqrt(HELD)
    prices = np.asarray(100.0 * np.cumprod(1.0 + moves), dtype=np.float64)
    return side * (prices[entered + HELD] / prices[entered] - 1.0), Placed(prices, entered, entered + HELD, side)


def signs(returns: Floats, placed: Placed, seed: int) -> float:
    del placed
    return sign_flip(returns, seed=seed, draws=DRAWS).p


def entries(returns: Floats, placed: Placed, seed: int) -> float:
    del returns
    return random_entries(placed.prices, placed.entered, placed.left, placed.side, seed=seed, draws=DRAWS).p


def ratio(returns: Floats, placed: Placed, seed: int) -> float:
    del placed, seed
    return 1.0 - probabilistic_sharpe(returns)


def shuffling(returns: Floats, placed: Placed, seed: int) -> float:
    """No test: the order of trades says nothing about their mean."""
    del placed
    random = np.random.default_rng(seed)
    drawn = [float(np.mean(random.permutation(returns))) for _ in range(DRAWS)]
    return (1 + sum(each >= float(np.mean(returns)) - 1e-15 for each in drawn)) / (1 + DRAWS)


TESTS: dict[str, Callable[[Floats, Placed, int], float]] = {
    "report, bars known: random entries": entries,
    "report, returns alone: random signs": signs,
    "probabilistic Sharpe": ratio,
    "shuffled trades": shuffling,
}


def main() -> None:
    shares: dict[str, dict[int, list[float]]] = {name: {count: [] for count in TRADES} for name in TESTS}
    for count in TRADES:
        for edge in EDGES:
            worlds = [world(seed, edge, count) for seed in range(WORLDS)]
            for name, test in TESTS.items():
                found = sum(test(*each, seed) <= LEVEL for seed, each in enumerate(worlds))
                shares[name][count].append(found / WORLDS)
    if "--json" in sys.argv:
        print(json.dumps({"edges": EDGES, "worlds": WORLDS, "level": LEVEL, "found": shares}, indent=2))
        return
    low, high = wilson(LEVEL, WORLDS)
    print(f"share of {WORLDS} worlds found at the 5 % level; without an edge chance gives {low:.1%} to {high:.1%}")
    for count in TRADES:
        print(f"\n{f'{count} trades, edge in deviations':38}" + "".join(f"{edge:8.2f}" for edge in EDGES))
        for name in TESTS:
            print(f"{name:38}" + "".join(f"{share:8.1%}" for share in shares[name][count]))
        print(f"{'found four times of five, in theory':38}{detectable(count):8.2f}")


if __name__ == "__main__":
    main()
