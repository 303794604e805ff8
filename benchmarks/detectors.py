"""Every market-structure detector on 100,000 bars, CPU time. Budget: 25 ms for all of them together."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from statistics import median
from typing import NamedTuple

import numpy as np

from fks_agents.bars import Bars
from fks_agents.contracts import Timeframe
from tools import detectors

BARS, RUNS, BUDGET_MS = 100_000, 15, 25.0
MINUTE = 60_000_000_000


def walk(count: int, minutes: int = 1, seed: int = 20240101) -> Bars:
    """Bars of the core's reference work: ten steps in each, a spike of volatility now and then, a gap once a day."""
    draw = np.random.default_rng(seed)
    spike = np.where(draw.random(count) < 0.002, 6.0, 1.0)
    steps = draw.standard_normal((count, 10)) * (0.0005 / np.sqrt(10)) * spike[:, None]
    gap = np.zeros(count)
    day = 1440 // minutes
    gap[day::day] = draw.standard_normal(len(gap[day::day])) * 0.003
    steps[:, 0] += gap
    path = np.exp(np.cumsum(steps.ravel())).reshape(count, 10) * 30000.0
    before = np.concatenate(([30000.0], path[:-1, -1]))
    opens, points = np.round(before * np.exp(gap), 2), np.round(path, 2)
    highs, lows = np.maximum(opens, points.max(axis=1)), np.minimum(opens, points.min(axis=1))
    volume = np.round(draw.gamma(2.0, 5.0, count) + 0.01, 4)
    opened = (np.arange(count, dtype=np.int64) * minutes + 26_297_280) * MINUTE  # from 1 January 2020 on
    timeframe: Timeframe = "1m" if minutes == 1 else "1h"
    return Bars(
        "WALK", timeframe, "bench", opened, opened + minutes * MINUTE, opens, highs, lows, points[:, -1], volume
    )


def pass_ms(bars: Bars) -> float:
    """CPU time of a difference, a running maximum and a sum over whole columns."""
    started = time.process_time_ns()
    _ = bars.high - bars.low, np.maximum.accumulate(bars.close), bars.close.sum()
    return (time.process_time_ns() - started) / 1e6


class Measured(NamedTuple):
    total_ms: float
    numpy_pass_ms: float
    each_ms: dict[str, float]
    events: dict[str, int]


def measure(bars: Bars) -> Measured:
    """Medians over RUNS runs, each on bars nothing has been computed for yet, after one that warms up."""
    chosen = {name: detectors.get(name) for name in detectors.names()}
    each: dict[str, list[float]] = {name: [] for name in chosen}
    totals, passes = [], []
    found: dict[str, int] = {}
    for _ in range(RUNS + 1):
        fresh = replace(bars)
        for name, detect in chosen.items():
            started = time.process_time_ns()
            found[name] = len(detect(fresh))
            each[name].append((time.process_time_ns() - started) / 1e6)
        totals.append(sum(times[-1] for times in each.values()))
        passes.append(pass_ms(bars))
    return Measured(
        median(totals[1:]), median(passes[1:]), {name: median(times[1:]) for name, times in each.items()}, found
    )


def main() -> None:
    timeframes = {"minutes": measure(walk(BARS)), "hours": measure(walk(BARS, minutes=60))}
    if "--json" in sys.argv:
        summary = {name: measured._asdict() for name, measured in timeframes.items()}
        print(json.dumps({"bars": BARS, "budget_ms": BUDGET_MS, **summary}, indent=2))
        return
    for name, measured in timeframes.items():
        print(
            f"{len(measured.each_ms)} detectors, {BARS:,} bars of {name}: {measured.total_ms:.1f} ms CPU, "
            f"{measured.total_ms / BUDGET_MS:.2f} of the {BUDGET_MS:.0f} ms budget, "
            f"{measured.total_ms / measured.numpy_pass_ms:.0f} times a numpy difference, running maximum and sum"
        )
    print("bars of minutes, each on what the ones before it left behind:")
    measured = timeframes["minutes"]
    for name, took in sorted(measured.each_ms.items(), key=lambda item: -item[1]):
        print(f"  {name:24}{took:7.2f} ms{measured.events[name]:9,} events")


if __name__ == "__main__":
    main()
