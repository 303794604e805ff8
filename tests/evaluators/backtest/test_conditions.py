"""What conditions say at each bar, and why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from evaluators.backtest.conditions import View, describe
from evaluators.backtest.strategy import Condition, Seen
from fks_agents.bars import Bars
from tests.evaluators.backtest.tables import Row, candles, flat, walk

READ: TypeAdapter[Condition] = TypeAdapter(Condition)


def held(bars: Bars, condition: dict[str, Any]) -> list[int]:
    """Rows at which it holds."""
    return [int(row) for row in np.flatnonzero(View(bars).holds(READ.validate_python(condition)))]


def closes(*prices: float) -> Bars:
    return candles([(price, price, price, price) for price in prices])


def compared(how: str, than: object, **parts: object) -> dict[str, Any]:
    return {"fact": "close", "is": how, "than": than, **parts}


def test_facts_are_compared_with_numbers_and_with_facts() -> None:
    bars = closes(9.0, 10.0, 11.0, 10.0, 12.0)
    assert held(bars, compared("above", 10)) == [2, 4]
    assert held(bars, compared("below", 10)) == [0]
    assert held(bars, compared("above", "previous_close")) == [1, 2, 4]
    assert held(bars, compared("above", "previous_close", times=1.15)) == [4]  # 12 against 11.5; 11 against 11.5


def test_to_cross_is_to_be_there_after_not_having_been() -> None:
    bars = closes(9.0, 10.0, 11.0, 12.0, 9.0, 10.5)
    assert held(bars, compared("crosses_above", 10)) == [2, 5]
    assert held(bars, compared("crosses_below", 10)) == [4]


def test_a_missing_value_is_neither_above_nor_below_and_crosses_nothing() -> None:
    bars = closes(9.0, 12.0, 9.0)
    assert held(bars, compared("above", "sma_20")) == []
    # previous_close begins at row 1: nothing is known of row 0 to have crossed from.
    assert held(bars, compared("crosses_above", "previous_close")) == []
    assert held(bars, {"not": compared("above", "sma_20")}) == [0, 1, 2]


def test_conditions_combine() -> None:
    bars = closes(9.0, 10.0, 11.0, 12.0)
    low, high = compared("above", 9.5), compared("below", 11.5)
    assert held(bars, {"all": [low, high]}) == [1, 2]
    assert held(bars, {"any": [compared("below", 9.5), compared("above", 11.5)]}) == [0, 3]
    assert held(bars, {"not": {"all": [low, high]}}) == [0, 3]


GAP: list[Row] = [(10, 11, 9, 10), (11, 14, 11, 14), (14, 15, 13, 14), (14, 14.5, 13.5, 14), (14, 14.5, 13.5, 14)]
"""Bullish gap from 11 to 13, known at row 2."""


def test_an_event_is_seen_within_its_bars() -> None:
    bars = candles(GAP)
    gap = {"detector": "fvg", "direction": "bullish"}
    assert held(bars, gap) == [2]
    assert held(bars, {**gap, "within": 2}) == [2, 3]
    assert held(bars, {**gap, "direction": "bearish", "within": 9}) == []
    assert held(bars, {"detector": "fvg", "kind": "fvg", "within": 3}) == [2, 3, 4]


def test_a_level_is_that_of_the_newest_event_while_it_is_young() -> None:
    bars = candles(GAP)
    near = {"detector": "fvg", "direction": "bullish", "within": 2}
    assert held(bars, compared("above", near)) == [2, 3]  # 14 against 13
    assert held(bars, compared("below", {**near, "level": "far_level"})) == []
    assert held(bars, compared("above", {**near, "level": "far_level", "within": 3})) == [2, 3, 4]


def test_a_gate_says_so_until_the_next_event_says_otherwise() -> None:
    bars = walk(4, 400)
    view = View(bars)
    kinds = ("calm", "normal", "volatile")
    states = [
        view.holds(READ.validate_python({"detector": "volatility", "kind": kind, "newest": True})) for kind in kinds
    ]
    events = view.events(Seen(detector="volatility"))
    first = int(events.confirmed[0])
    # Exactly one state from the first event on, none before.
    assert np.sum(states, axis=0).tolist() == [0] * first + [1] * (len(bars) - first)
    for at, event in enumerate(events):
        assert states[kinds.index(event.kind)][events.confirmed[at]]


def test_reasons_name_the_numbers_and_the_events() -> None:
    bars = candles(GAP)
    rule = READ.validate_python(
        {
            "all": [
                {"any": [compared("above", 20), compared("above", 13)]},
                {"detector": "fvg", "within": 2},
                {"not": compared("below", 1)},
                {"fact": "low", "is": "above", "than": {"detector": "fvg", "level": "far_level"}},
            ]
        }
    )
    found = View(bars).reasons(rule, 3)
    assert [reason.text for reason in found] == [
        "close 14.00 above 13.00",
        "bullish fvg at 13.00, 1 bar ago",
        "not: close below 1",
        "low 13.50 above fvg far level 11.00",
    ]
    assert [reason.event.kind if reason.event else None for reason in found] == [None, "fvg", None, "fvg"]
    assert View(bars).reasons(rule, 1) == ()


def test_an_event_is_told_as_it_was_known_then() -> None:
    bars = candles([*GAP, (13, 13, 8, 9)])
    rule = READ.validate_python({"detector": "fvg"})
    view = View(bars)
    assert not view.events(Seen(detector="fvg"))[0].is_open  # filled by the last bar
    [reason] = view.reasons(rule, 2)
    assert reason.event is not None
    assert reason.event.is_open


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (compared("crosses_above", "sma_20"), "close crosses above sma_20"),
        (compared("above", 3, times=2.0), "close above 2 x 3"),
        ({"detector": "bos", "direction": "bullish", "within": 3}, "bullish bos within 3 bars"),
        ({"detector": "regime", "kind": "trending_up", "newest": True}, "now regime trending up"),
        (
            {"all": [{"detector": "bos"}, {"any": [compared("above", 1), {"not": {"detector": "fvg"}}]}]},
            "bos and (close above 1 or not fvg)",
        ),
    ],
)
def test_conditions_are_described(condition: dict[str, Any], words: str) -> None:
    assert describe(READ.validate_python(condition)) == words


def test_flat_bars_hold_nothing_that_needs_movement() -> None:
    assert held(candles(flat(100.0, 40)), {"fact": "rsi_14", "is": "above", "than": 0}) == []


def test_words_are_compared_by_being_one_of_some() -> None:
    bars = walk(6, 400)
    view = View(bars)
    up, down = (READ.validate_python({"fact": "trend", "equals": word}) for word in ("up", "down"))
    either = READ.validate_python({"fact": "trend", "in": ["up", "down"]})
    assert view.holds(either).tolist() == (view.holds(up) | view.holds(down)).tolist()
    assert 0 < view.holds(either).sum() < 400 - 199
    assert not view.holds(either)[:199].any()  # no mean of 200 closes yet
    row = int(np.flatnonzero(view.holds(either))[0])
    assert view.reasons(either, row)[0].text in ("trend is up", "trend is down")
    assert describe(either) == "trend is up or down"
    state = READ.validate_python({"fact": "markov_state", "in": ["bear", "sideways", "bull"]})
    assert view.holds(state).tolist() == [False] * 99 + [True] * 301


def test_a_detector_with_parameters_of_its_own_is_another_one() -> None:
    bars = walk(7, 600)
    view = View(bars)
    usual, wide = (Seen(detector="swings", parameters=own) for own in ((), (("n", 12),)))
    assert len(view.events(usual)) > len(view.events(wide)) > 0
    near = READ.validate_python({"detector": "swings", "parameters": {"n": 12}, "within": 1})
    assert view.holds(near).sum() == len(set(view.events(wide).confirmed.tolist()))
    assert describe(near) == "swings (n 12)"
    gate = READ.validate_python({"detector": "regime", "parameters": {"enter": 0.6}, "kind": "ranging", "newest": True})
    other = READ.validate_python({"detector": "regime", "kind": "ranging", "newest": True})
    assert view.holds(gate).sum() > view.holds(other).sum()
