"""Every detector there is keeps the promises of the protocol; one that repaints is found out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from math import inf, nan

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from fks_agents.bars import Bars
from fks_agents.deps import Detector
from fks_agents.errors import DataError, UsageError
from fks_agents.events import Events
from tests.tools.detectors.contract import (
    PROMISES,
    assert_future_does_not_matter,
    assert_never_repaints,
    assert_upside_down_is_the_opposite,
)
from tests.tools.detectors.tables import random_bars, table, walk
from tools import detectors
from tools.detectors.fvg import fair_value_gaps
from tools.detectors.swings import swing_structure
from tools.market import open_market

ALL: dict[str, Detector] = {
    **{name: detectors.get(name) for name in detectors.names()},
    "swings, 1 bar": swing_structure(1),
    "swings, 2 bars": swing_structure(2),
    "fvg, half a range": fair_value_gaps(smallest=0.5),
}
every_detector = pytest.mark.parametrize("detect", ALL.values(), ids=ALL.keys())
small = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SAMPLE = open_market("sample").bars("SPX", "1d", datetime(2018, 12, 28, 22, tzinfo=UTC), 400)
HOURS, QUARTERS = walk(500, 3, "1h"), walk(600, 4, "15m")
SILENT_ON_DAYS = {"opening_range_break", "previous_day", "session_range_break", "sessions"}
SILENT_ON_AN_INDEX = {"volume_climax"}


@every_detector
@given(bars=random_bars(most=40))
@small
def test_promises_hold_on_random_bars(detect: Detector, bars: Bars) -> None:
    for promise in PROMISES:
        promise(detect, bars)


@pytest.mark.parametrize("name", detectors.names())
def test_promises_hold_on_real_prices(name: str) -> None:
    detect = detectors.get(name)
    if name not in SILENT_ON_DAYS | SILENT_ON_AN_INDEX:
        assert len(detect(SAMPLE)) > 0
    assert_never_repaints(detect, SAMPLE, range(0, len(SAMPLE) + 1, 3))
    assert_future_does_not_matter(detect, SAMPLE, seed=1)


@pytest.mark.parametrize("name", detectors.names())
def test_every_detector_finds_something_within_the_day(name: str) -> None:
    detect = detectors.get(name)
    assert len(detect(HOURS)) + len(detect(QUARTERS)) > 0


@pytest.mark.parametrize("name", detectors.names())
@pytest.mark.parametrize("bars", [HOURS, QUARTERS], ids=["hours", "quarters"])
def test_promises_hold_within_the_day(name: str, bars: Bars) -> None:
    detect = detectors.get(name)
    assert_never_repaints(detect, bars, range(0, len(bars) + 1, 7))
    assert_upside_down_is_the_opposite(detect, bars)


@every_detector
@pytest.mark.parametrize("column", ["open", "high", "low", "close"])
@pytest.mark.parametrize("wrong", [nan, inf, -inf])
def test_a_price_that_is_no_number_is_refused(detect: Detector, column: str, wrong: float) -> None:
    bars = table([(10, 12, 9, 11)] * 20)
    prices = getattr(bars, column).copy()
    prices[7] = wrong
    with pytest.raises(DataError, match=f"row 7: {column} must be a finite price, was {wrong}"):
        detect(replace(bars, **{column: prices}))


@every_detector
@pytest.mark.parametrize("count", [0, 1])
def test_too_few_bars_give_no_events(detect: Detector, count: int) -> None:
    assert detect(table([(10, 12, 9, 11), (20, 22, 19, 21)][:count])) == []


@every_detector
def test_bars_that_never_move_give_no_events(detect: Detector) -> None:
    assert detect(table([(10, 10, 10, 10)] * 40)) == []


def _newest_extreme(bars: Bars) -> Events:
    """A zigzag as charts draw it: a high counts at once, and is taken back when a higher one comes."""
    top = np.flatnonzero(bars.high == bars.high.max())[:1] if len(bars) else np.empty(0, dtype=np.intp)
    nothing, codes = np.zeros(len(top)), np.zeros(len(top), dtype=np.int8)
    return Events(
        "zigzag", ("swing_high",), codes, codes, top, top, bars.high[top], nothing + nan, nothing, nothing == 0,
        bars.opened, bars.closed,
    )  # fmt: skip


def _hindsight(bars: Bars) -> Events:
    """Says today what only the two bars after it show."""
    seen = swing_structure(2)(bars)
    swings = seen.only(seen.kind < 2)
    return replace(swings, confirmed=swings.formed)


@pytest.mark.parametrize("repainting", [_newest_extreme, _hindsight])
def test_a_detector_that_repaints_fails_the_suite(repainting: Detector) -> None:
    rising_then_falling = table([(i, i + 1, i - 1, i) for i in (*range(10, 20), *range(20, 10, -1))])
    with pytest.raises(AssertionError):
        assert_never_repaints(repainting, rising_then_falling, range(len(rising_then_falling) + 1))


def test_an_unknown_detector_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"unknown detector 'zigzag'; expected one of bos, breaker, .*volume_climax"):
        detectors.get("zigzag")
    assert len(detectors.names()) >= 30


@pytest.mark.parametrize("n", [0, -1])
def test_a_swing_needs_a_bar_on_each_side(n: int) -> None:
    with pytest.raises(UsageError, match=f"n must be at least 1, was {n}"):
        swing_structure(n)


@pytest.mark.parametrize("smallest", [-0.1, nan])
def test_a_gap_cannot_be_asked_to_be_smaller_than_nothing(smallest: float) -> None:
    with pytest.raises(UsageError, match="smallest must be at least 0"):
        fair_value_gaps(smallest)
