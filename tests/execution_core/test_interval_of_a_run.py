"""What a run would have come to, had every ambiguous bar gone one way or the other."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import pytest

from execution_core import Engine, backtest, records
from execution_core.records import Columns
from execution_core.strategies import SmaCross
from tests.execution_core.test_runs import bars, orders_for


def candles(*rows: tuple[float, float, float, float]) -> Columns:
    opened = 10 * np.arange(len(rows), dtype=np.int64)
    open_, high, low, close = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    return Columns(opened, opened + 10, open_, high, low, close)


def test_a_bracket_ends_at_its_stop_or_at_its_target(make: type[Engine]) -> None:
    orders = records.requests([-1], kind="market", side=1, quantity=2.0, stop=95.0, target=105.0)
    data = candles((100, 101, 99, 100), (100, 106, 94, 100))
    result = backtest.run(make(cash=1000.0), data, orders=orders)
    # stopped at 95: -10; at the target of 105: +10
    assert result.interval == (990.0, 1010.0)
    assert (result.ambiguous_bars, result.final_equity) == (1, 990.0)


DEFERRED = candles((100, 103, 98, 102.5), (102.5, 103, 102, 102.5), (110, 111, 109, 110))


def test_a_later_order_does_otherwise_where_the_position_is_another(make: type[Engine]) -> None:
    # A stop entry at 102 may have been stopped out at 99, if the low of 98 came after it. After bar 1 one unit is sold
    # at 102.5, and marked at 110 in the end.
    orders = records.requests([-1, 0], kind=[2, 0], side=[1, -1], quantity=1.0, price=[102.0, 0.0], stop=[99.0, 0.0])
    result = backtest.run(make(cash=1000.0), DEFERRED, orders=orders)
    # Not stopped: +0.5 by the sale, flat at the end. Stopped: -3, then short from 102.5 and 7.5 behind: -10.5. What
    # the position alone had come to is 3.5 apart, and not 11.
    assert result.final_equity == 1000.5
    assert result.interval == (989.5, 1000.5)
    adverse, favourable = result.resolved
    assert adverse.orders.told("leg") == ["entry", "stop", "entry"]
    assert favourable.events.tobytes() == result.events.tobytes()


def test_a_function_decides_anew_on_each_path(make: type[Engine]) -> None:
    def on_bar(engine: Engine, bar: int) -> None:
        if bar == 1 and engine.position == 0.0:
            engine.place("market", "buy", 4.0)

    engine = make(cash=1000.0)
    engine.place("stop", "buy", 1.0, 102.0, stop=99.0)
    result = backtest.run(engine, DEFERRED, on_bar=on_bar)
    # Held from 102 to 110: +8. Stopped at 99: -3, and four units bought at 110, still worth that.
    assert (result.final_equity, result.interval) == (1008.0, (997.0, 1008.0))
    assert engine.position == 1.0


def test_a_function_that_does_otherwise_each_time_is_refused(make: type[Engine]) -> None:
    asked: list[int] = []

    def on_bar(engine: Engine, bar: int) -> None:
        asked.append(bar)
        if len(asked) == 2:
            engine.place("market", "sell", 4.0)

    engine = make(cash=1000.0)
    engine.place("stop", "buy", 1.0, 102.0, stop=99.0)
    result = backtest.run(engine, DEFERRED, on_bar=on_bar)
    with pytest.raises(ValueError, match="on_bar: expected the same orders when it is called again"):
        result.interval  # noqa: B018  the property is what is asked


def test_sizes_follow_the_equity_of_the_path(make: type[Engine]) -> None:
    rows = [(100.0, 106.0, 94.0, 100.0)] * 2

    def on_bar(engine: Engine, bar: int) -> None:
        if engine.position == 0.0:
            engine.place("market", "buy", engine.equity / 100.0, stop=95.0, target=105.0)

    result = backtest.run(make(cash=1000.0), candles(*[(100.0, 101.0, 99.0, 100.0)], *rows), on_bar=on_bar)
    # Ten units win or lose 5 each, then a hundredth of what there is: 950 -> -47.5, 1050 -> +52.5.
    assert result.interval == (902.5, 1102.5)


def test_where_nothing_is_open_the_run_is_its_own_interval(make: type[Engine]) -> None:
    orders = records.requests([-1], kind="market", side=1, quantity=2.0, stop=95.0)
    result = backtest.run(make(cash=1000.0), candles((100, 101, 99, 100), (100, 101, 94, 100)), orders=orders)
    assert result.interval == (990.0, 990.0)
    assert result.resolved[0] is result


@pytest.mark.parametrize("way", ["orders", "strategy", "ticks", "together"])
def test_every_way_in_can_be_run_again(make: type[Engine], way: str) -> None:
    how: dict[str, Any] = {"cash": 10_000.0, "taker_fee": 0.001, "slippage": 0.0005}
    data = bars(seed=8)
    wide = data._replace(high=data.high + 2.0, low=data.low - 2.0)
    first = make(**how)
    match way:
        case "orders":
            result = backtest.run(first, wide, orders=orders_for(300))
        case "strategy":
            result = backtest.run(first, wide, strategy=SmaCross(3, 9, 2.0, 0.005, 0.01))
        case "ticks":
            result = backtest.run_ticks(first, data.closed, data.close, orders=orders_for(300))
        case _:
            second = make(beside=first)
            result = backtest.run_together([second, first], [wide, wide], [orders_for(300, 5), orders_for(300, 6)])
    low, high = result.interval
    assert low <= result.final_equity <= high
    assert (low < high) == (way != "ticks")
    assert result.again("pessimistic").digest == result.digest


def test_what_is_taken_in_a_bar_forgoes_the_gap_after_it(make: type[Engine]) -> None:
    # A limit at 99 fills at the low; the high of 103 may have come after it. Left alone, the next open pays 103.25.
    orders = records.requests([-1], kind="limit", side=1, quantity=1.0, price=99.0, target=103.0)
    data = candles((100, 103, 99, 102.75), (103.25, 103.25, 103.25, 103.25))
    result = backtest.run(make(cash=1000.0), data, orders=orders)
    assert [run.final_equity for run in (result, *result.resolved)] == [1004.25, 1004.25, 1004.0]
    assert result.interval == (1004.0, 1004.25)


def test_where_one_side_alone_is_reached_the_path_does_not_matter(make: type[Engine]) -> None:
    # Short from 100, a limit turns it long at 100 as the ask falls, and the stop that trails by 0.375 lies at 99.625.
    # The spread is a quarter at the open and half at the high: nothing waits up there, so the way leads down at once.
    def told(path: str) -> list[tuple[str, float]]:
        engine = make(path=path, cash=1000.0)
        engine.place("limit", "buy", 2.0, 100.0, trail=0.375)
        engine.aim(-1.0)
        engine.bar(0, 10, 100.0, 100.0, 99.0, 99.0, ask=(100.25, 100.5, 99.25, 99.25))
        assert engine.ambiguous_bars == 0
        return [(event.leg, event.price) for event in engine.drain() if event.what == "filled"]

    for path in ("pessimistic", "ohlc", "olhc", "adaptive", "adverse", "favourable"):
        assert told(path) == [("entry", 100.0), ("entry", 100.0), ("stop", 99.625)]


def test_a_margin_call_that_a_fill_brings_nearer_may_lie_before_it(make: type[Engine]) -> None:
    # Short 2 after the stop entry at 97; cash 100 + 100 + 97 covers them up to 297 / (2 x 1.3) = 114.23. The high of
    # 118 may have come before or after that entry.
    def told(path: str) -> tuple[list[tuple[str, float]], int]:
        engine = make(cash=100.0, leverage=3.0, maintenance=0.3, path=path)
        engine.place("market", "sell", 1.0)
        engine.bar(0, 10, 100.0, 100.0, 100.0, 100.0)
        engine.place("stop", "sell", 1.0, 97.0)
        engine.bar(10, 20, 100.0, 118.0, 96.0, 97.0)
        return [(event.leg, event.price) for event in engine.drain() if event.what == "filled"], engine.ambiguous_bars

    entries = [("entry", 100.0), ("entry", 97.0)]
    assert told("pessimistic") == told("favourable") == told("ohlc") == (entries, 1)
    assert told("adverse") == ([*entries, ("margin", pytest.approx(297.0 / 2.6))], 1)
    assert told("olhc") == ([*entries, ("margin", pytest.approx(297.0 / 2.6))], 1)


def test_a_run_of_one_of_several_symbols_has_no_interval_of_its_own(make: type[Engine]) -> None:
    first = make(cash=1000.0)
    make(beside=first)
    orders = records.requests([-1], kind="market", side=1, quantity=2.0, stop=95.0, target=105.0)
    result = backtest.run(first, candles((100, 106, 94, 100)), orders=orders)
    with pytest.raises(ValueError, match="expected all 2 symbols of the account in the run, was 1"):
        result.interval  # noqa: B018


def test_a_result_goes_as_soon_as_nobody_holds_it(make: type[Engine]) -> None:
    gc.disable()
    try:
        result = backtest.run(make(cash=1000.0), candles((100, 101, 99, 100), (100, 101, 99, 100)))
        is_there = weakref.ref(result)
        del result
        assert is_there() is None
    finally:
        gc.enable()
