"""What a run gives back: the same bytes twice, plain JSON, and what was done where it was stopped."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from evaluators.backtest import Job, Terms, backtest, load, parse, presets, run, run_all
from evaluators.backtest.report import render
from evaluators.backtest.result import Month
from fks_agents.errors import DataError, UsageError
from fks_agents.settings import Settings
from tests.evaluators.backtest.tables import ABOVE_100, candles, flat, played, strategy, walk

UP = [(99.0, 99.0, 99.0, 99.0), (100.0, 101.0, 100.0, 101.0)]


@pytest.mark.parametrize("name", presets())
def test_every_preset_runs_on_the_sample_and_tells_why(name: str) -> None:
    result = backtest(name, "SPX")
    told = json.loads(json.dumps(result.as_json(), allow_nan=False))
    assert told["strategy"]["name"] == name
    assert told["bars"] == 5031
    if name != "london_sweep":  # made for bars within a day
        assert len(told["trades"]) > 50
    assert all(trade["why"] for trade in told["trades"])
    assert all(event["confirmed_at"] <= trade["decided"] for trade in told["trades"] for event in trade["events"])
    # Cash, fees and slippage are what the trades say.
    log = result.book.trades
    held = result.book.held
    unrealised = 0.0 if held is None else held.unrealised - held.fee
    assert result.book.equity[-1] == pytest.approx(result.cash + log.profits.sum() + unrealised)


def test_the_shape_of_the_json() -> None:
    told = backtest("sma_cross", "SPX", begin=datetime(2015, 1, 1, tzinfo=UTC), trials=3).as_json()
    assert sorted(told) == [
        "bars", "bars_digest", "benchmark", "digest", "equity", "from", "is_partial", "metrics", "months", "open",
        "settings", "significance", "stopped_by", "strategy", "symbol", "timeframe", "to", "trades", "venue",
        "verdict",
    ]  # fmt: skip
    assert (told["from"][:10], told["to"][:10]) == ("2015-01-02", "2018-12-31")
    assert told["settings"] == {
        "cash": 100_000.0, "fee": 0.001, "slippage": 0.0005, "tick": 0.01, "lot": 0.0001, "seed": 7, "trials": 3,
    }  # fmt: skip
    assert sorted(told["trades"][0]) == [
        "decided", "entered", "entry", "events", "exit", "exit_by", "fees", "is_ambiguous", "left", "profit",
        "quantity", "return", "side", "slippage", "why",
    ]  # fmt: skip
    assert {"p", "p_adjusted", "deflated_sharpe", "mean", "random_entries", "is_found"} <= set(told["significance"])
    assert {"low", "high", "value"} <= set(told["significance"]["mean"])
    assert {"cagr", "sharpe", "omega", "trades"} <= set(told["metrics"])
    assert len(told["months"]) == 48


def test_the_same_run_twice_is_the_same_bytes() -> None:
    first, second = (json.dumps(backtest("fvg_retest", "IXIC").as_json()) for _ in range(2))
    assert first == second


def test_another_seed_draws_otherwise_and_trades_alike() -> None:
    one, two = (run(load("sma_cross"), walk(3, 1500), seed=seed) for seed in (1, 2))
    assert one.digest == two.digest
    assert one.significance is not None
    assert two.significance is not None
    assert one.significance.sign_flip.p != two.significance.sign_flip.p


def test_more_trials_ask_for_more() -> None:
    few, many = (run(load("channel_breakout"), walk(3, 1500), trials=trials) for trials in (1, 20))
    assert few.significance is not None
    assert many.significance is not None
    assert many.significance.p_adjusted > few.significance.p_adjusted
    assert "for the best of 20 trials" in many.verdict


def test_months_compound_to_the_whole() -> None:
    result = run(load("channel_breakout"), walk(3, 700))
    assert np.prod([1.0 + month.gained for month in result.months]) == pytest.approx(
        result.book.equity[-1] / result.cash
    )
    # 2024-01-01 is the first open; its close is midnight of the second.
    assert [month[:2] for month in result.months[:2]] == [(2024, 1), (2024, 2)]


def test_a_month_is_the_change_of_equity_in_it() -> None:
    rows = [*UP, (100, 100, 100, 100), *flat(100.0, 40), (110, 110, 110, 110), (110, 110, 110, 110)]
    result = played(rows, long=ABOVE_100, exit={"bars": 60})
    # Nine units, as 1000 / 101 is 9.9, from 100 to 110 in February.
    assert result.months == (Month(2024, 1, 0.0), Month(2024, 2, result.months[1].gained))
    assert result.months[1].gained == pytest.approx(0.09)


def test_no_trades_are_said_to_be_none() -> None:
    result = played([*UP, *flat(50.0, 3)], long={"fact": "close", "is": "above", "than": 1000}, exit={"bars": 1})
    assert result.significance is None
    assert result.verdict.startswith("No edge found: 0 closed trades; at least 2")
    assert result.as_json()["significance"] is None
    assert result.performance.path.total_return == 0.0


def test_what_is_still_held_is_told_apart() -> None:
    result = played([*UP, (101, 101, 101, 101), (104, 104, 104, 104)], long=ABOVE_100, exit={"bars": 9})
    assert len(result.book.trades) == 0
    held = result.as_json()["open"]
    assert (held["side"], held["quantity"], held["entry"], held["unrealised"]) == (1, 9.0, 101.0, 27.0)
    assert result.book.equity[-1] == 1027.0


def test_an_interruption_keeps_what_is_done() -> None:
    bars, terms = walk(3, 45_000, "1h"), Terms(0.0, 0.0, tick=1e-6, lot=1e-6)
    told = []

    def stop_at_the_third_step(done: int, of: int) -> None:
        told.append((done, of))
        if done == 20_000:
            raise KeyboardInterrupt

    partial = run(load("sma_cross"), bars, terms=terms, on_progress=stop_at_the_third_step)
    assert told == [(0, 45_000), (10_000, 45_000), (20_000, 45_000)]
    assert partial.is_partial
    assert partial.as_json()["is_partial"] is True
    assert partial.end == 20_000
    whole = run(load("sma_cross"), bars, terms=terms)
    assert not whole.is_partial
    assert partial.book.equity.tolist() == whole.book.equity[:20_001].tolist()


def test_an_interruption_before_the_first_bar_leaves_nothing() -> None:
    def stop(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(load("sma_cross"), walk(3, 100), on_progress=stop)


def test_an_interruption_of_the_test_keeps_the_trades() -> None:
    whole = run(load("channel_breakout"), walk(3, 700))
    untested = replace(whole, significance=None)
    assert (whole.is_partial, untested.is_partial) == (False, True)
    assert untested.label == "not tested"
    assert untested.verdict == f"Not tested: interrupted before {len(whole.book.trades)} trades were told from luck."
    assert "not tested" in render(untested)


def test_runs_side_by_side_equal_runs_alone_in_their_order() -> None:
    jobs = [Job(load(name), symbol, Settings()) for name in ("sma_cross", "fvg_retest") for symbol in ("SPX", "IXIC")]
    counted: list[int] = []
    with ThreadPoolExecutor(2) as executor:
        found = run_all(jobs, executor, counted.append)
    assert counted == [1, 2, 3, 4]
    for job, result in zip(jobs, found, strict=True):
        assert result is not None
        assert result.digest == backtest(job.strategy, job.symbol).digest


def test_an_interruption_of_many_keeps_those_that_ended() -> None:
    jobs = [Job(load("sma_cross"), "SPX", Settings())] * 4

    def stop(count: int) -> None:
        raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as executor:
        found = run_all(jobs, executor, stop)
    assert found[0] is not None
    assert found[-1] is None


def test_plain_values_are_a_strategy_and_settings_have_names() -> None:
    rule = {"long": {"fact": "close", "is": "crosses_above", "than": "sma_50"}, "exit": {"bars": 5}}
    result = backtest(rule, "SPX", fee=0.0, slippage=0.0, cash=5000.0)
    assert result.cash == 5000.0
    assert result.book.trades.fees.sum() == 0.0
    assert result.strategy == parse({"name": "strategy", **rule})


def test_what_cannot_run_is_told() -> None:
    with pytest.raises(UsageError, match="trials: expected at least 1, was 0"):
        run(load("sma_cross"), walk(1, 100), trials=0)
    with pytest.raises(DataError, match="TEST 1d: expected at least 2 bars to trade on, was 1"):
        run(load("sma_cross"), candles(flat(1.0, 1)))
    with pytest.raises(UsageError, match=r"expected an end after 2020-01-01.*, was 2018-12-31"):
        backtest("sma_cross", "SPX", begin=datetime(2020, 1, 1, tzinfo=UTC))


def test_a_ruined_account_trades_no_more() -> None:
    terms = Terms(fee=0.9, slippage=0.0, tick=0.01, lot=0.01)
    rows = [row for _ in range(6) for row in (*UP, (101, 101, 101, 101), (99, 99, 99, 99))]
    result = run(strategy(long=ABOVE_100, exit={"bars": 1}), candles(rows), cash=1000.0, terms=terms)
    assert result.book.equity[-1] <= 0.0
    assert len(result.book.trades) == 1
    assert result.performance.path.sharpe is None
    json.dumps(result.as_json(), allow_nan=False)
