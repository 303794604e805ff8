from __future__ import annotations

import numpy as np
import pytest

from fks_agents.bars import Bars
from tests.tools.indicators.columns import bars, known, walk
from tools.indicators import candles

CALM = 40


def ending_with(*last: tuple[float, float, float, float]) -> Bars:
    """Quiet bars of body 1 and range 2 around 100, then the given ones (open, high, low, close)."""
    quiet = [(100.0, 101.5, 99.5, 101.0) if row % 2 else (101.0, 101.5, 99.5, 100.0) for row in range(CALM)]
    columns = [list(column) for column in zip(*quiet, *last, strict=True)]
    return bars(columns[3], open=columns[0], high=columns[1], low=columns[2])


def test_the_body_and_shadows_share_the_range() -> None:
    facts = known(ending_with((101.0, 104.0, 100.0, 103.0)))
    assert facts["body_share"] == 0.5
    assert facts["upper_shadow_share"] == facts["lower_shadow_share"] == 0.25


def test_a_body_that_swallows_the_one_before_is_engulfing() -> None:
    up = known(ending_with((101.0, 101.2, 99.8, 100.0), (99.5, 102.2, 99.3, 102.0)))
    down = known(ending_with((100.0, 101.2, 99.8, 101.0), (101.5, 101.7, 98.8, 99.0)))
    assert (up["candle_engulfing"], down["candle_engulfing"]) == ("bullish", "bearish")
    assert isinstance(up["candle_bullish"], float)
    assert up["candle_bullish"] >= 1.0


def test_a_doji_takes_no_side() -> None:
    facts = known(ending_with((100.0, 101.0, 99.0, 100.0)))
    assert facts["candle_doji"] == "yes"
    quiet = known(ending_with((100.0, 101.5, 99.5, 101.0)))
    assert quiet["candle_doji"] == "no"


def test_patterns_of_the_last_five_bars_are_counted_together() -> None:
    engulfing = ((101.0, 101.2, 99.8, 100.0), (99.5, 102.2, 99.3, 102.0))
    now, later = known(ending_with(*engulfing)), known(ending_with(*engulfing, (102.0, 102.4, 101.6, 102.1)))
    assert later["candle_engulfing"] == "none"
    assert float(later["candle_bullish_5"]) >= float(now["candle_bullish"])


@pytest.mark.parametrize("end", range(300, 600, 23))
def test_bars_further_back_than_the_patterns_reach_change_nothing(end: int) -> None:
    whole = walk(11, 600)[:end]
    assert candles.measure(whole) == candles.measure(whole[-(candles.LOOKBACK + 5) :])


def test_every_pattern_and_exception_is_talibs() -> None:
    import talib

    there = {name for name in dir(talib) if name.startswith("CDL")}
    named = {name for behind in candles.NAMED.values() for name in behind.split()}
    assert len(there) == 61
    assert named < there
    assert there > candles.UNDIRECTED
    assert len(there) - len(candles.UNDIRECTED) == 54
    assert not named & candles.UNDIRECTED
    assert np.sum([name == "CDLDOJI" for name in candles.UNDIRECTED]) == 1
