"""Bars written as tables, and bars drawn at random."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from hypothesis import strategies as st

from fks_agents.bars import SECONDS, Bars, moment, nanoseconds
from fks_agents.contracts import Timeframe

START = datetime(2024, 1, 1, tzinfo=UTC)


def table(
    rows: Sequence[tuple[float, float, float, float]],
    skipped: Sequence[int] = (),
    timeframe: Timeframe = "1d",
    volumes: Sequence[float] | None = None,
) -> Bars:
    """Bars from (open, high, low, close), the first on 1 January 2024, a Monday; bar i opens i bars later, and later
    by one more for each `skipped` <= i. Volumes are 1 where none are given."""
    length = SECONDS[timeframe] * 1_000_000_000
    places = np.array([i + sum(gap <= i for gap in skipped) for i in range(len(rows))], dtype=np.int64)
    opened = nanoseconds(START) + places * length
    opens, highs, lows, closes = np.array(rows, dtype=np.float64).reshape(len(rows), 4).T
    volume = np.ones(len(rows)) if volumes is None else np.array(volumes, dtype=np.float64)
    return Bars("TEST", timeframe, "table", opened, opened + length, opens, highs, lows, closes, volume)


def around(closes: Sequence[float], timeframe: Timeframe = "1d") -> Bars:
    """Each bar opens at its close and reaches half a point above and below it."""
    return table([(close, close + 0.5, close - 0.5, close) for close in closes], timeframe=timeframe)


def upside_down(bars: Bars, ceiling: float = 1024.0) -> Bars:
    """Each price p as ceiling - p (exact for coarse prices), high and low exchanged."""
    return replace(
        bars, open=ceiling - bars.open, high=ceiling - bars.low, low=ceiling - bars.high, close=ceiling - bars.close
    )


def walk(count: int, seed: int, timeframe: Timeframe) -> Bars:
    """A random walk on a grid of 1/64, with steps inside each bar, jumps and volume."""
    draw = np.random.default_rng(seed)
    moves = np.round(draw.normal(0.0, 1.0, (count, 9)) * draw.uniform(0.5, 2.0, (count, 1)) * 16) / 64
    moves[:, 0] = np.where(draw.random(count) < 0.1, np.round(draw.normal(0.0, 3.0, count) * 16) / 16, 0.0)
    path = 512.0 + np.cumsum(moves).reshape(count, 9)
    rows = [(steps[0], steps.max(), steps.min(), steps[-1]) for steps in path]
    return table(rows, timeframe=timeframe, volumes=draw.lognormal(0.0, 0.8, count).tolist())


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
    return table(
        rows,
        skipped=draw(st.lists(st.integers(min_value=1, max_value=most), max_size=4)),
        timeframe=draw(st.sampled_from(("1h", "4h", "1d"))),
        volumes=draw(st.lists(st.sampled_from((0.0, 1.0, 9.0)), min_size=len(rows), max_size=len(rows))),
    )
