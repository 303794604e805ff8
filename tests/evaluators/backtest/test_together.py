"""Several symbols of one account."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from evaluators.backtest import Terms, Together, run, run_together
from fks_agents.bars import Bars
from fks_agents.errors import DataError, UsageError
from tests.evaluators.backtest.tables import ABOVE_100, FREE, Row, candles, flat, strategy, walk
from tests.evaluators.backtest.test_playing import UP

UPS = [*UP, (102.0, 103.0, 101.0, 102.0), *flat(103.0, 4)]
CROSS = {"fact": "close", "is": "crosses_above", "than": "sma_20"}


def named(symbol: str, rows: Sequence[Row] | Bars) -> Bars:
    return replace(rows if isinstance(rows, Bars) else candles(rows), symbol=symbol)


def played(*bars: Bars, cash: float = 1000.0, **parts: object) -> Together:
    return run_together(strategy(**parts), bars, cash=cash, terms=FREE)


def sizes(result: Together) -> list[list[float]]:
    return [log.quantity.tolist() for log in result.logs]


def test_one_symbol_is_the_run_of_one_symbol() -> None:
    bars = walk(5, 500)
    made = strategy(long=CROSS, exit={"stop": {"atr": 2}, "target": {"r": 1.5}, "bars": 9}, risk={"fraction": 0.5})
    alone, together = run(made, bars, terms=Terms()), run_together(made, [bars], terms=Terms())
    assert together.equity.tolist() == alone.book.equity.tolist()
    assert together.performance.path == alone.performance.path
    assert together.performance.trades == alone.performance.trades
    assert together.performance.benchmark is not None
    assert alone.performance.benchmark is not None
    assert together.performance.benchmark.total_return == pytest.approx(alone.performance.benchmark.total_return)
    assert alone.book.band is not None
    assert together.interval == (alone.book.band[0][-1], alone.book.band[1][-1])


def test_cash_and_gains_are_shared() -> None:
    result = played(named("A", UPS), named("B", UPS), long=ABOVE_100, exit={"bars": 2}, risk={"fraction": 0.5})
    # 500 of 1000 at 101 are four units each, from 102 to 103.
    assert sizes(result) == [[4.0], [4.0]]
    assert result.equity[-1] == 1008.0
    assert result.held[-1] == pytest.approx(1000.0 * 103.0 / 99.0)
    assert result.performance.trades is not None
    assert (result.trades, result.performance.trades.trades) == (2, 2)


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"gross": 0.6}, [4.0, 1.0]),  # 404 are ordered at 101, 600 - 404 = 196 are left
        ({"net": 0.6}, [4.0, 1.0]),
        ({"per_symbol": 0.3}, [2.0, 2.0]),
        ({"per_group": 0.5, "groups": {"metal": ["A", "B"]}}, [4.0]),
        ({"per_group": 0.5, "groups": {"metal": ["A"], "grain": ["B"]}}, [4.0, 4.0]),
    ],
)
def test_limits_look_at_all_that_is_held_or_ordered(limits: dict[str, object], expected: list[float]) -> None:
    result = played(
        named("A", UPS), named("B", UPS), long=ABOVE_100, exit={"bars": 2}, risk={"fraction": 0.5, "limits": limits}
    )
    assert [size for log in sizes(result) for size in log] == expected


def test_no_limit_is_exceeded_at_any_close() -> None:
    bars = [named(name, walk(seed, 400)) for seed, name in enumerate("ABC", start=20)]
    limits = {"gross": 0.8, "per_symbol": 0.5, "per_group": 0.6, "groups": {"pair": ["A", "B"]}}
    result = played(
        *bars, cash=100_000.0, long=CROSS, short={"fact": "close", "is": "crosses_below", "than": "sma_20"},
        exit={"stop": {"atr": 3}}, risk={"limits": limits},
    )  # fmt: skip
    assert result.trades > 20
    for log, each in zip(result.logs, bars, strict=True):
        # At the deciding close, a position was worth at most half of what there was.
        at = np.searchsorted(result.closed, each.closed[log.decided])
        assert np.all(log.quantity * each.close[log.decided] <= 0.5 * result.equity[at + 1] + 1e-6)


def test_the_rules_of_the_account_stop_all_symbols() -> None:
    fall = [*UP, (102.0, 102.0, 50.0, 50.0), *flat(50.0, 3), (99.0, 99.0, 99.0, 99.0), (101.0, 101.0, 101.0, 101.0)]
    later = [*flat(99.0, 6), (99.0, 99.0, 99.0, 99.0), (101.0, 101.0, 101.0, 101.0), *flat(101.0, 2)]
    result = played(
        named("A", [*fall, *flat(101.0, 2)]), named("B", later), long=ABOVE_100, exit={"bars": 1},
        risk={"fraction": 0.5, "rules": {"drawdown": 0.1, "flatten": True}},
    )  # fmt: skip
    assert result.breaker is not None
    assert result.breaker[0] == "drawdown"
    assert sizes(result) == [[4.0], []]


def test_symbols_on_other_clocks_are_played_in_the_order_of_their_closes() -> None:
    quick, slow = named("A", walk(3, 600, "1h")), named("B", walk(4, 150, "4h"))
    result = played(quick, slow, cash=100_000.0, long=CROSS, exit={"bars": 5}, risk={"fraction": 0.3})
    assert np.all(np.diff(result.closed) > 0)
    assert len(result.equity) == len(result.closed) + 1 == 601
    assert all(len(log) for log in result.logs)


def test_the_same_input_gives_the_same_result_and_plain_values() -> None:
    bars = [named("A", walk(1, 300)), named("B", walk(2, 300))]
    told = [
        json.dumps(played(*bars, cash=10_000.0, long=CROSS, exit={"bars": 4}, risk={"fraction": 0.4}).as_json())
        for _ in range(2)
    ]
    assert told[0] == told[1]
    assert json.loads(told[0])["symbols"] == ["A", "B"]


def test_what_cannot_run_is_told() -> None:
    with pytest.raises(UsageError, match="expected each symbol once, was A, A"):
        played(named("A", UPS), named("A", UPS), long=ABOVE_100, exit={"bars": 2})
    with pytest.raises(DataError, match="B: expected at least 2 bars to trade on, was 1"):
        played(named("A", UPS), named("B", UPS[:1]), long=ABOVE_100, exit={"bars": 2})
