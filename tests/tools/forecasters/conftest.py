from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

Walk = Callable[[int, int], list[float]]


@pytest.fixture
def walk() -> Walk:
    """Closes of a Gaussian random walk in logs, 1 % a bar, from 100: (seed, count) -> closes."""

    def draw(seed: int, count: int) -> list[float]:
        steps = np.random.default_rng(seed).normal(0.0, 0.01, count - 1)
        closes: list[float] = (100 * np.exp(np.concatenate(([0.0], np.cumsum(steps))))).tolist()
        return closes

    return draw
