from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest

from fks_agents.bars import SECONDS, Bars, nanoseconds
from fks_agents.contracts import Timeframe
from tools.market.sample import SampleMarket

Make = Callable[..., Bars]


def around_the_clock(
    count: int,
    timeframe: Timeframe = "1h",
    begin: datetime = datetime(2024, 1, 1, tzinfo=UTC),
    seed: int = 7,
    venue: str = "ccxt:test",
) -> Bars:
    """A seeded random walk without gaps, open every hour of the week."""
    step = SECONDS[timeframe] * 10**9
    opened = nanoseconds(begin) + step * np.arange(count)
    noise = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(noise.normal(0, 0.01, count)))
    open_ = np.append(100.0, close[:-1])[:count]
    high, low = np.maximum(open_, close) * 1.002, np.minimum(open_, close) * 0.998
    volume = noise.uniform(1, 2, count)
    return Bars("BTC/USDT", timeframe, venue, opened, opened + step, open_, high, low, close, volume)


@pytest.fixture
def make() -> Make:
    return around_the_clock


@pytest.fixture(scope="session")
def spx() -> Bars:
    return SampleMarket().bars("SPX", "1d", datetime(2019, 1, 1, tzinfo=UTC), 10_000)
