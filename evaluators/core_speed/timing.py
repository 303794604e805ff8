"""CPU time of pieces of work that are compared: taken in turn, so that what disturbs the machine disturbs all alike."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from statistics import median
from time import thread_time

Work = Callable[[int], object]
"""Called with the number of the round, for those that do it on other data each time."""


def in_turn(works: Mapping[str, Work], rounds: int) -> dict[str, list[float]]:
    """Seconds of each work in each round, after one round that warms up."""
    took: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(-1, rounds):
        for name, work in works.items():
            started = thread_time()
            work(max(turn, 0))
            if turn >= 0:
                took[name].append(thread_time() - started)
    return took


def seconds(work: Callable[[], object], rounds: int) -> float:
    """At the median."""
    return median(in_turn({"": lambda _: work()}, rounds)[""])


def ratio(above: list[float], below: list[float]) -> float:
    """Of what was measured in the same round, at the median."""
    return median(one / other for one, other in zip(above, below, strict=True))


def asked(code: str, **env: str) -> str:
    """What a fresh interpreter prints, with `env` set for it."""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.strip()
