"""Bars written as tables, and bars drawn at random."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from hypothesis import strategies as st

from fks_agents.bars import SECONDS, Bars, moment, nanoseconds

START = datetime(2024, 1, 1, tzinfo=UTC)
DAY = SECONDS["1d"] * 1_000_000_000


def table(rows: Sequence[tuple[float, float, float, float]], skipped: Sequence[int] = ()) -> Bars:
    """Daily bars from (open, high, low, close); bar i opens on day i, or later by one day for each `skipped` <= i."""
    days = np.array([i + sum(gap <= i for gap in skipped) for i in range(len(rows))], dtype=np.int64)
    opened = nanoseconds(START) + days * DAY
    opens, highs, lows, closes = np.array(rows, dtype=np.float64).reshape(len(rows), 4).T
    return Bars("TEST", "1d", "table", opened, opened + DAY, opens, highs, lows, closes, np.ones(len(rows)))


def opening(bars: Bars, row: int) -> datetime:
    return moment(bars.opened[row])


def closing(bars: Bars, row: int) -> datetime:
    return moment(bars.closed[row])


@st.composite
def random_bars(draw: st.DrawFn, most: int = 60) -> Bars:
    """Consistent bars on a coarse grid: equal highs and lows, flat bars, price gaps and missing days occur."""
    points = st.integers(min_value=1, max_value=draw(st.sampled_from((6, 30))))
    rows = []
    for _ in range(draw(st.integers(min_value=0, max_value=most))):
        low, a, b, high = sorted(draw(st.tuples(points, points, points, points)))
        opened, closed = (a, b) if draw(st.booleans()) else (b, a)
        rows.append((100.0 + opened, 100.0 + high, 100.0 + low, 100.0 + closed))
    return table(rows, skipped=draw(st.lists(st.integers(min_value=1, max_value=most), max_size=4)))
