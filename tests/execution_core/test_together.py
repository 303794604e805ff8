"""Several symbols of one account, decided by a Python function at each close."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from execution_core import Engine, backtest, records
from execution_core.records import Columns
from tests.execution_core.conftest import ENGINES
from tests.execution_core.test_runs import bars

MINUTE = 60_000_000_000


def flat_bars(opened: list[int], closed: list[int], prices: list[float]) -> Columns:
    price = np.array(prices)
    return Columns(np.array(opened), np.array(closed), price, price, price, price)


def test_the_function_is_called_once_for_each_moment_with_what_has_closed(make: type[Engine]) -> None:
    first = make(cash=100.0)
    second = make(beside=first)
    short = flat_bars([0, 10, 20], [10, 20, 30], [5.0, 5.0, 5.0])
    long = flat_bars([0, 20], [20, 40], [7.0, 7.0])
    seen: list[tuple[int, ...]] = []
    result = backtest.run_together(
        [first, second], [short, long], on_bar=lambda engines, rows: seen.append(tuple(rows))
    )
    assert seen == [(0, -1), (1, 0), (2, 0), (2, 1)]
    assert result.closed.tolist() == [10, 20, 30, 40]


def test_what_is_ordered_in_a_symbol_whose_bar_is_open_waits_for_its_next(make: type[Engine]) -> None:
    # The second symbol's first bar opened at 5 and is open at 10: an order of then must not buy at that open.
    first = make(cash=1000.0)
    second = make(beside=first)
    quick = flat_bars([0, 10], [10, 20], [100.0, 100.0])
    slow = flat_bars([5, 15], [15, 25], [50.0, 60.0])

    def on_bar(engines: Sequence[Engine], rows: Sequence[int]) -> None:
        if tuple(rows) == (0, -1):
            engines[1].place("market", "buy", 1.0)
            engines[0].place("market", "buy", 1.0)

    result = backtest.run_together([first, second], [quick, slow], on_bar=on_bar)
    fills = result.orders
    assert list(zip(fills["symbol"].tolist(), fills["price"].tolist(), strict=True)) == [(0, 100.0), (1, 60.0)]


def test_a_function_does_what_arrays_do() -> None:
    data = (bars(seed=3), bars(seed=4, start=MINUTE // 2))
    sides = [np.random.default_rng(seed).choice([-1.0, 1.0], 300) for seed in (5, 6)]

    def by_arrays(make: type[Engine]) -> Any:
        first = make(cash=5000.0, taker_fee=0.001)
        wanted = [backtest.targets(2.0 * side, stop_fraction=0.01) for side in sides]
        return backtest.run_together([first, make(beside=first)], data, wanted)

    def by_function(make: type[Engine]) -> Any:
        first = make(cash=5000.0, taker_fee=0.001)
        done = [-1, -1]

        def on_bar(engines: Sequence[Engine], rows: Sequence[int]) -> None:
            for number, (engine, row) in enumerate(zip(engines, rows, strict=True)):
                if row != done[number]:
                    engine.aim(2.0 * sides[number][row], stop_fraction=0.01)
                    done[number] = row

        return backtest.run_together([first, make(beside=first)], data, on_bar=on_bar)

    digests = {way(make).digest for way in (by_arrays, by_function) for make in ENGINES.values()}
    assert len(digests) == 1


def test_one_account_pays_for_all(make: type[Engine]) -> None:
    first = make(cash=100.0, leverage=1.0)
    second = make(beside=first)
    data = flat_bars([0, 10], [10, 20], [50.0, 50.0])

    def on_bar(engines: Sequence[Engine], rows: Sequence[int]) -> None:
        if rows[0] == 0:
            engines[0].place("market", "buy", 1.5)
            engines[1].place("market", "buy", 0.5)
            engines[1].place("market", "buy", 0.1)

    result = backtest.run_together([first, second], [data, data], on_bar=on_bar)
    # 75 and 25 are all that 100 buy once.
    assert result.orders.told("what") == ["filled", "filled", "cancelled"]
    assert result.orders.told("reason") == ["", "", "no_margin"]


def test_orders_and_a_function_are_not_taken_together(make: type[Engine]) -> None:
    data, rows = bars(), records.requests([0], kind="market", side=1, quantity=1.0)
    with pytest.raises(ValueError, match="expected orders, a strategy or on_bar, was orders and on_bar"):
        backtest.run_together([make()], [data], [rows], on_bar=lambda engines, rows: None)
    wrong: Any = 3
    with pytest.raises(ValueError, match="on_bar must be callable, was int"):
        backtest.run_together([make()], [data], on_bar=wrong)


def test_the_function_cannot_run_the_engines_it_is_called_with(make: type[Engine]) -> None:
    data = bars()

    def on_bar(engines: Sequence[Engine], rows: Sequence[int]) -> None:
        engines[0].run(*bars(seed=2, start=10**18)[:7])

    with pytest.raises(ValueError, match="the engine is running"):
        backtest.run_together([make()], [data], on_bar=on_bar)


def test_what_the_function_raises_is_what_the_caller_sees(make: type[Engine]) -> None:
    def on_bar(engines: Sequence[Engine], rows: Sequence[int]) -> None:
        raise LookupError(str(tuple(rows)))

    with pytest.raises(LookupError, match=r"\(0,\)"):
        backtest.run_together([make()], [bars()], on_bar=on_bar)
