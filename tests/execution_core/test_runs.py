"""Runs over arrays: the ways in, ticks, finer bars, several symbols, and what a result says."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from execution_core import Engine, backtest, records
from execution_core.records import Columns
from execution_core.result import Result
from execution_core.strategies import Momentum, SmaCross
from tests.execution_core.conftest import ENGINES


def bars(count: int = 300, seed: int = 1, start: int = 0) -> Columns:
    draw = np.random.default_rng(seed)
    path = 100.0 + np.cumsum(draw.normal(0.0, 0.3, (count, 6))).reshape(count, 6)
    opened = start + np.arange(count, dtype=np.int64) * 60_000_000_000
    return Columns(
        opened, opened + 60_000_000_000, path[:, 0].copy(), path.max(1), path.min(1), path[:, -1].copy(),
        draw.uniform(0.0, 50.0, count),
    )  # fmt: skip


HOW: dict[str, Any] = {"cash": 10_000.0, "taker_fee": 0.001, "slippage": 0.0005, "participation": 0.1}


def orders_for(count: int, seed: int = 2) -> Any:
    draw = np.random.default_rng(seed)
    at = np.sort(draw.integers(-1, count, 80))
    side = draw.choice([-1, 1], 80)
    return records.requests(
        at, kind="market", side=side, quantity=draw.uniform(0.1, 6.0, 80), stop_distance=draw.choice([0.0, 1.0], 80),
        target_fraction=draw.choice([0.0, 0.01], 80), horizon=draw.choice([0, 0, 4], 80), trail=0.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    "how",
    [
        HOW,
        HOW | {"fill_timing": "same_close"},
        HOW | {"maintenance": 0.4, "leverage": 2.0, "cash": 300.0},
        HOW | {"funding_rate": 0.001, "borrow_rate": 0.1},
        HOW | {"rules": {"daily_loss_amount": 40.0, "flatten": True}},
    ],
)
def test_engine_and_twin_agree_on_orders_strategies_and_callbacks(how: dict[str, Any]) -> None:
    def results(make: type[Engine]) -> list[Result]:
        data = bars()

        def on_bar(engine: Engine, bar: int) -> None:
            if bar % 7 == 0:
                engine.aim((-1.0) ** bar * 2.0, stop_distance=0.8)

        return [
            backtest.run(make(**how), data, orders=orders_for(300)),
            backtest.run(make(**how), data, strategy=SmaCross(3, 9, 2.0, 0.005, 0.01)),
            backtest.run(make(**how), data, strategy=Momentum(4)),
            backtest.run(make(**how), data, on_bar=on_bar),
        ]

    ours, theirs = results(ENGINES["engine"]), results(ENGINES["twin"])
    assert [result.digest for result in ours] == [result.digest for result in theirs]
    assert ours[0].trades.rows > 0


def test_a_run_in_pieces_of_bars_is_the_run(make: type[Engine]) -> None:
    data, orders = bars(), orders_for(300)
    whole = backtest.run(make(**HOW), data, orders=orders)
    engine, told = make(**HOW), []
    for first in (0, 100, 200):
        part = data.part(first, first + 100)
        chosen = orders[(orders["bar"] >= (first if first else -1)) & (orders["bar"] < first + 100)].copy()
        chosen["bar"] -= first
        told.append(backtest.run(engine, part, orders=chosen))
    assert b"".join(result.events.tobytes() for result in told) == whole.events.tobytes()
    assert np.concatenate([result.equity for result in told]).tolist() == whole.equity.tolist()


def test_ticks_are_bars_without_range(make: type[Engine]) -> None:
    at = np.arange(1, 6, dtype=np.int64)
    bid = np.array([100.0, 99.0, 98.0, 97.0, 99.0])
    orders = records.requests([0, 0], kind="limit", side=1, quantity=1.0, price=[98.2, 97.0])
    result = backtest.run_ticks(make(), at, bid, bid + 0.1, orders=orders)
    # The ask comes to 98.1 with the third tick and to 97.1 with the fourth: the second order waits.
    fills = result.events
    assert [(row["order_id"], row["at"], row["price"]) for row in fills] == [(1, 3, 98.1)]
    assert result.ambiguous_bars == 0
    assert result.equity.tolist() == pytest.approx([0.0, 0.0, -0.1, -1.1, 0.9])


def test_the_path_of_ticks_knows_no_range(make: type[Engine]) -> None:
    with pytest.raises(ValueError, match="row 0: path ticks knows no bar with a range"):
        backtest.run(make(path="ticks"), bars())


def test_finer_bars_say_what_a_coarse_one_leaves_open(make: type[Engine]) -> None:
    coarse = Columns(*(np.array([a, b]) for a, b in ((0, 60), (60, 120))), *(  # type: ignore[arg-type]
        np.array(column) for column in ([100.0, 100.0], [101.0, 106.0], [99.0, 94.0], [100.0, 100.0])
    ))  # fmt: skip
    finer = Columns(np.array([60, 90]), np.array([90, 120]), np.array([100.0, 105.0]), np.array([106.0, 105.0]),
                    np.array([99.0, 94.0]), np.array([105.0, 100.0]))  # fmt: skip
    order = records.requests([-1], kind="market", side=1, quantity=1.0, stop=95.0, target=105.0)

    def exits(**more: Any) -> list[tuple[str, float]]:
        trades = backtest.run(make(), coarse, orders=order, **more).trades
        return list(zip(trades.told("leg"), trades["exit_price"].tolist(), strict=True))

    assert exits() == [("stop", 95.0)]
    assert exits(finer=finer) == [("target", 105.0)]


def test_several_symbols_share_one_account() -> None:
    def result(make: type[Engine]) -> Result:
        first = make(cash=500.0, leverage=3.0, maintenance=0.1)
        second = make(beside=first)
        data = (bars(seed=3), bars(seed=4, start=30_000_000_000))
        return backtest.run_together([first, second], data, [orders_for(300, 5), orders_for(300, 6)])

    ours, theirs = result(ENGINES["engine"]), result(ENGINES["twin"])
    assert ours.digest == theirs.digest
    assert set(ours.trades["symbol"].tolist()) == {0, 1}
    profit = sum(ours.trades["profit"])
    assert ours.final_equity != 500.0
    assert math.isfinite(profit)


def test_a_margin_call_looks_at_the_whole_account(make: type[Engine]) -> None:
    first = make(cash=110.0, maintenance=0.5)
    second = make(beside=first)
    first.place("market", "buy", 1.0)
    second.place("market", "buy", 1.0)
    for engine in (first, second):
        engine.bar(0, 10, 100.0, 100.0, 100.0, 100.0)
    assert (first.cash, first.equity, second.equity) == (-90.0, 110.0, 110.0)
    # Cash -90, the other worth 100 of which 50 are bound: below (90 - 50) / 0.5 = 80 nothing is covered.
    second.bar(10, 20, 99.0, 99.0, 79.0, 95.0)
    event = second.drain()[-1]
    assert (event.leg, event.price, second.position) == ("margin", 80.0, 0.0)


def test_a_result_is_in_columns_and_says_how_it_was_made() -> None:
    result = backtest.run(Engine(**HOW), bars(), strategy=SmaCross(3, 9, 1.0, 0.005, 0.01))
    trades = result.trades
    assert set(trades.told("leg")) <= set(records.LEGS)
    assert result.settings["participation"] == 0.1
    assert trades["profit"].sum() + trades["fees"].sum() == pytest.approx(result.events["realised"].sum())
    frame = trades.to_pandas()
    assert frame["leg"].tolist() == trades.told("leg")
    with pytest.raises(ValueError, match="read-only"):
        result.equity[0] = 0.0
    with pytest.raises(AttributeError):
        result.fees = 0.0  # type: ignore[misc]


def test_arrow_sees_the_same() -> None:
    pytest.importorskip("pyarrow")
    trades = backtest.run(Engine(**HOW), bars(), strategy=SmaCross(3, 9)).trades
    assert trades.to_arrow().column("leg").to_pylist() == trades.told("leg")


def test_wanted_positions_and_turns_are_orders() -> None:
    rows = backtest.targets([math.nan, 2.0, math.nan, -1.0], stop_fraction=[0.1, 0.2, 0.3, 0.4])
    assert (rows["bar"].tolist(), rows["quantity"].tolist()) == ([1, 3], [2.0, -1.0])
    assert rows["stop_fraction"].tolist() == [0.2, 0.4]
    assert backtest.signals([0, 1, 0, -1], 3.0)["quantity"].tolist() == [3.0, -3.0]
    with pytest.raises(ValueError, match="row 1: sides must be 1, -1 or 0, was 2"):
        backtest.signals([0, 2])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"bar": 300}, r"row 0: bar must lie in \[-1, 300\), was 300"),
        ({"kind": 9}, "row 0: kind must be a code of market, limit"),
        ({"side": 0}, "row 0: side must be 1 or -1, was 0"),
        ({"quantity": math.nan}, "row 0: quantity must be finite, was nan"),
        ({"quantity": -1.0}, r"row 0: quantity must be positive, was -1\.0"),
        ({"stop": math.inf}, "row 0: stop must be finite and not negative, was inf"),
        ({"stop_fraction": 1.0}, r"row 0: stop_fraction must lie in \[0, 1\), was 1\.0"),
        ({"price": 98.0}, r"row 0: a market order has no price, every other needs one, was 98\.0"),
        ({"horizon": -1}, "row 0: horizon must not be negative, was -1"),
        ({"tif": 7}, "row 0: tif must be a code of gtc, ioc, day, was 7"),
    ],
)
def test_malformed_orders_are_refused_by_name(make: type[Engine], change: dict[str, Any], words: str) -> None:
    rows = records.requests([0], kind="market", side=1, quantity=1.0)
    for name, value in change.items():
        rows[name] = value
    with pytest.raises(ValueError, match="^" + words):
        make().run(*bars()[:7], orders=rows)


def test_other_malformed_input_is_refused_by_name(make: type[Engine]) -> None:
    data, engine = bars(), make()
    before = engine.export()
    rows = records.requests([5, 3], kind="market", side=1, quantity=1.0)
    read_only = np.empty(300)
    read_only.flags.writeable = False
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"orders": np.zeros(3)}, "orders must be rows as `records.requests` makes them"),
        ({"orders": rows}, "row 1: bar must not be earlier than the row before, was 3"),
        ({"strategy": "sma"}, "strategy must be one of SmaCross, Momentum, AsmbtrOdds, MarkovOdds, was str"),
        ({"strategy": SmaCross(9, 3)}, "fast must lie between 1 and slow, was 9"),
        ({"strategy": SmaCross(), "orders": rows}, "expected orders, a strategy or on_bar, was orders and strategy"),
        ({"on_bar": 3}, "on_bar must be callable, was int"),
        ({"equity": np.empty(3)}, "equity must have 300 values, had 3"),
        ({"equity": read_only}, "equity must be contiguous and writeable"),
        ({"ask": (data.open,)}, "ask must be a tuple of the arrays open, high, low and close"),
        ({"ask": (data.low, data.low, data.low, data.low)}, "row 0: ask"),
    ]
    for named, words in wrong:
        with pytest.raises(ValueError, match="^" + words):
            engine.run(*data[:7], **named)
    with pytest.raises(ValueError, match="expected one of position, reduce_only, quantity"):
        records.requests([1], quantities=1.0)
    with pytest.raises(ValueError, match="volume must be finite and not negative"):
        engine.run(*data[:6], np.full(300, -1.0))
    assert engine.export() == before


def test_a_bad_bar_far_along_leaves_everything_as_it_was(make: type[Engine]) -> None:
    data, engine = bars(5000), make(cash=1000.0)
    engine.place("limit", "buy", 1.0, 99.0, stop=95.0)
    before = engine.export()
    high = data.high.copy()
    high[4321] = math.nan
    with pytest.raises(ValueError, match="row 4321: high must be finite and positive, was nan"):
        engine.run(*data._replace(high=high)[:7], strategy=SmaCross(3, 9))
    assert engine.export() == before


def test_a_callback_cannot_run_the_engine_it_is_called_from(make: type[Engine]) -> None:
    data = bars()

    def on_bar(engine: Engine, bar: int) -> None:
        engine.run(*data[:7])

    with pytest.raises(ValueError, match=r"the engine is running|opened must not be earlier"):
        backtest.run(make(), data, on_bar=on_bar)


def test_what_a_callback_raises_is_what_the_caller_sees(make: type[Engine]) -> None:
    def on_bar(engine: Engine, bar: int) -> None:
        raise LookupError(str(bar))

    with pytest.raises(LookupError, match="0"):
        backtest.run(make(), bars(), on_bar=on_bar)
