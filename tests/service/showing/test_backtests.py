from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from evaluators.backtest import backtest
from evaluators.backtest.drawn import drawn
from evaluators.backtest.report import render
from fks_agents.errors import UsageError
from fks_agents.service.playing import finite
from fks_agents.service.showing import backtests as showing
from memory.backtests import Backtest, Result

NOON = datetime(2018, 4, 20, 12, tzinfo=UTC)


def asked(**changes: Any) -> Backtest:
    given = {"id": "a" * 12, "by": "ana", "at": NOON, "strategy": "sma_cross", "symbol": "SPX", "request": "{}"}
    return Backtest.model_validate(given | changes)


@pytest.fixture(scope="module")
def result() -> Result:
    found = backtest("sma_cross", "SPX", source="sample", fee=0.002)
    return Result(
        told=json.dumps(finite(found.as_json())), drawn=drawn(found).model_dump_json(), report=render(found)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "tone", "told"),
    [
        ({}, "", ""),
        ({"state": "failed", "reason": "no prices"}, "bad", "no prices"),
        ({"state": "cancelled", "cancelled_by": "bob"}, "muted", "by bob"),
        ({"state": "done"}, "good", ""),
    ],
)
def test_a_row_says_the_state_and_why(changes: dict[str, Any], tone: str, told: str) -> None:
    row = showing.row(asked(**changes))
    assert (row.tone, row.told, row.at) == (tone, told, "2018-04-20 12:00")


@pytest.mark.parametrize(
    ("changes", "part", "said"),
    [
        ({}, 0.0, "waits for its turn"),
        ({"state": "running"}, 0.0, "reading prices"),
        ({"state": "running", "done": 2_500, "of": 10_000}, 0.25, "2,500 of 10,000 bars, played"),
        ({"state": "running", "done": 10, "of": 10}, 1.0, "testing the trades against luck"),
    ],
)
def test_progress_is_told_in_a_part_and_in_words(changes: dict[str, Any], part: float, said: str) -> None:
    found, words = showing.progress(asked(**changes))
    assert (found, said in words) == (part, True)


def test_a_form_gives_a_request() -> None:
    wanted = showing.wanted(
        {"name": "sma_cross", "symbol": "SPX", "timeframe": "1d", "begin": "2018-01-02", "end": "2018-06-29",
         "cash": 5_000.0, "fee": 0.25, "slippage": 0, "trials": 3.0}
    )  # fmt: skip
    assert wanted.begin == datetime(2018, 1, 2, tzinfo=UTC)
    # The last day to its end: a close of that day is played.
    assert wanted.end is not None
    assert wanted.end.date().isoformat() == "2018-06-29"
    assert wanted.end > datetime(2018, 6, 29, 23, 59, tzinfo=UTC)
    assert (wanted.cash, wanted.fee, wanted.slippage, wanted.trials) == (5_000.0, 0.0025, 0.0, 3)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"begin": "soon"}, "begin: expected a day like 2018-01-31, was 'soon'"),
        ({"fee": "much"}, "fee: expected a number, was 'much'"),
        ({"fee": 101}, "fee: expected less than or equal to 1, was 1.01"),
        ({"cash": -1}, "cash: expected greater than 0, was -1"),
        ({"symbol": ""}, "symbol: expected a value, was missing"),
        ({"trials": 1.5}, "trials: expected a valid integer, got a number with a fractional part, was 1.5"),
    ],
)
def test_what_does_not_fit_in_a_form_is_told(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        showing.wanted({"name": "sma_cross", "symbol": "SPX", **changes})
    assert str(caught.value) == said


def test_a_result_is_told_with_what_luck_would_give(result: Result) -> None:
    told = showing.told(result)
    assert (told.title, told.is_found) == ("sma_cross on SPX 1d", False)
    assert told.verdict.startswith("No edge found: 114 trades")
    assert told.costs == "cash 100,000, fee 0.2 %, slippage 0.05 %, 1 trial"
    names = [line.name for line in told.tested]
    assert {"Against random signs", "Deflated Sharpe ratio", "Mean trade, 95 % interval"} <= set(names)
    assert names[0] == "Sharpe a trade, 95 % interval"
    assert " to " in told.tested[0].strategy


def test_trades_are_told_newest_first_with_their_reasons(result: Result) -> None:
    trades = showing.told(result).trades
    assert [trades[0].number, trades[-1].number] == ["114", "1"]
    # As `fks backtest --json` tells its first trade; the reason names the numbers that crossed.
    first = trades[-1]
    assert (first.side, first.entered, first.left, first.exit_by) == ("short", "1999-06-04", "1999-07-06", "signal")
    assert (first.is_gain, first.why) == (False, "sma_20 1,324.81 crosses below sma_50 1,325.97")


def test_an_open_position_is_noted(result: Result) -> None:
    assert any("short position is still open" in note for note in showing.told(result).notes)


def test_the_chart_is_told_in_a_sentence(result: Result) -> None:
    told = showing.told(result)
    said = showing.path_told(told.drawn)
    assert said.startswith("Equity from 100,000 to ")
    assert "deepest drawdown" in said
