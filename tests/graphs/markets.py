"""Bars made on the spot."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np

from fks_agents.bars import SECONDS, Bars, nanoseconds
from fks_agents.contracts import Timeframe


def walk(symbol: str, timeframe: Timeframe, begin: datetime, count: int, *, seed: int) -> Bars:
    """A random walk without gaps; the first bar opens at `begin`."""
    draw, step = np.random.default_rng(seed), SECONDS[timeframe] * 1_000_000_000
    close = 100 * np.exp(np.cumsum(draw.normal(0, 0.01, count)))
    opening = np.append(100.0, close[:-1])
    high, low = (
        side(opening, close) * (1 + sign * np.abs(draw.normal(0, 0.003, count)))
        for side, sign in ((np.maximum, 1), (np.minimum, -1))
    )
    opened = nanoseconds(begin) + step * np.arange(count)
    return Bars(symbol, timeframe, "test", opened, opened + step, opening, high, low, close, np.full(count, 100.0))


def written(bars: Bars, path: Path) -> str:
    """The bars as a user's file; gives the source that names it."""
    columns = (bars.opened, bars.open, bars.high, bars.low, bars.close, bars.volume)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    lines = ["time,open,high,low,close,volume", *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n")
    return f"csv:{path}?timeframe={bars.timeframe}"
