from __future__ import annotations

import numpy as np
import pytest

from evaluators.backtest import backtest
from evaluators.backtest.drawn import drawn
from evaluators.backtest.thinned import POINTS, rows


def test_a_short_line_keeps_every_point() -> None:
    assert rows(np.arange(POINTS, dtype=np.float64)).tolist() == list(range(POINTS))


def test_a_long_line_keeps_its_ends_its_peak_and_its_valley() -> None:
    values = np.zeros(10_000)
    values[1_234], values[8_765] = 5.0, -5.0
    kept = rows(values)
    assert {0, 1_234, 8_765, 9_999} <= set(kept.tolist())
    assert len(kept) <= POINTS + 2


def test_what_is_drawn_is_the_path_that_was_played() -> None:
    result = backtest("sma_cross", "SPX", source="sample", cash=50_000.0)
    told = drawn(result)
    assert (told.equity[0], told.held[0], told.drawdown[0]) == (50_000.0, 50_000.0, 0.0)
    assert told.equity[-1] == result.book.equity[-1]
    assert len(told.at) == len(told.equity) == len(told.held) == len(told.drawdown) <= 2 * POINTS + 4
    assert list(told.at) == sorted(told.at)
    # The deepest fall is in the picture.
    assert -min(told.drawdown) == pytest.approx(result.performance.path.max_drawdown, abs=1e-12)
    assert not told.is_found
    assert told.compared[0].name == "Total return"
