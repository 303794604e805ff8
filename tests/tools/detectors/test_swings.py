from __future__ import annotations

from collections.abc import Sequence

import pytest

from fks_agents.bars import Bars
from fks_agents.contracts import Event
from tests.tools.detectors.tables import around, closing, opening, table
from tools.detectors.swings import detect, swing_structure

Row = tuple[str, str, int, int, float, bool]


def said(bars: Bars, events: Sequence[Event]) -> list[Row]:
    opened = {opening(bars, row): row for row in range(len(bars))}
    closed = {closing(bars, row): row for row in range(len(bars))}
    return [
        (event.kind, event.direction, opened[event.formed_at], closed[event.confirmed_at], event.level, event.is_open)
        for event in events
    ]


def test_a_rise_a_fall_and_the_words_for_them() -> None:
    #             0   1   2   3   4   5   6   7   8   9  10  11  12
    bars = around([10, 11, 12, 11, 10, 13, 14, 12, 11, 15, 12, 9, 8])
    assert said(bars, swing_structure(1)(bars)) == [
        # kind, direction, formed, known, level, is_open
        ("swing_high", "neutral", 2, 3, 12.5, False),  # 11.5 < 12.5 > 11.5; bar 5 closes at 13
        ("bos", "bullish", 2, 5, 12.5, False),  # no trend before; bar 7 closes at 12, back below
        ("swing_low", "neutral", 4, 5, 9.5, False),  # known as bar 5 closes; bar 11 closes at 9
        ("swing_high", "neutral", 6, 7, 14.5, False),
        ("bos", "bullish", 6, 9, 14.5, False),  # 15 > 14.5 in an up trend; bar 10 closes at 12
        ("swing_low", "neutral", 8, 9, 10.5, False),  # replaces 9.5 as the low to break
        ("swing_high", "neutral", 9, 10, 15.5, True),
        ("choch", "bearish", 8, 11, 10.5, True),  # 9 < 10.5 against the up trend; 9.5 is no longer watched
    ]


def test_a_level_is_broken_once() -> None:
    bars = around([10, 12, 10, 13, 14, 15])
    kinds = [event.kind for event in swing_structure(1)(bars)]
    assert kinds == ["swing_high", "bos", "swing_low"]


def test_a_wick_through_a_level_breaks_nothing() -> None:
    bars = table([(10, 10.5, 9.5, 10), (12, 12.5, 11.5, 12), (10, 10.5, 9.5, 10), (11, 14, 9.6, 12.5)])
    assert [event.kind for event in swing_structure(1)(bars)] == ["swing_high", "swing_low"]


def test_a_falling_trend_that_turns_is_a_change_of_character_upwards() -> None:
    bars = around([10, 8, 9, 7, 8, 6, 10])
    assert said(bars, swing_structure(1)(bars)) == [
        ("swing_low", "neutral", 1, 2, 7.5, False),
        ("bos", "bearish", 1, 3, 7.5, False),
        ("swing_high", "neutral", 2, 3, 9.5, False),
        ("swing_low", "neutral", 3, 4, 6.5, False),
        ("bos", "bearish", 3, 5, 6.5, False),
        ("swing_high", "neutral", 4, 5, 8.5, False),
        ("choch", "bullish", 4, 6, 8.5, True),
        ("swing_low", "neutral", 5, 6, 5.5, True),
    ]


def test_of_equal_highs_the_first_is_the_swing() -> None:
    bars = around([10, 12, 12, 10, 9])
    assert [row[:4] for row in said(bars, swing_structure(2)(bars))] == []
    longer = around([10, 10, 12, 12, 10, 9])
    assert [row[:4] for row in said(longer, swing_structure(2)(longer))] == [("swing_high", "neutral", 2, 4)]


def test_a_swing_is_known_only_after_all_bars_on_its_right() -> None:
    closes = [10, 11, 12, 13, 14, 15, 14, 13, 12, 11, 10]
    assert detect(around(closes[:10])) == []
    (event,) = detect(around(closes))
    assert said(around(closes), [event]) == [("swing_high", "neutral", 5, 10, 15.5, True)]


def test_strength_is_measured_in_average_true_ranges() -> None:
    # Ranges: 1, then max(12.5, 10) - min(11.5, 10) = 2.5, then 12 - 9.5 = 2.5; means 1, 1.75, 2.
    bars = around([10, 12, 10])
    (event,) = swing_structure(1)(bars)
    assert event.strength == pytest.approx((12.5 - 10) / 2, abs=1e-15)


def test_the_bar_of_a_swing_may_be_high_and_low_at_once() -> None:
    bars = table([(10, 11, 9, 10), (10, 13, 7, 10), (10, 11, 9, 10)])
    assert said(bars, swing_structure(1)(bars)) == [
        ("swing_high", "neutral", 1, 2, 13.0, True),
        ("swing_low", "neutral", 1, 2, 7.0, True),
    ]
