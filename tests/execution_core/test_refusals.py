from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from execution_core import Engine

NAN, INF = math.nan, math.inf


def columns(count: int = 4) -> dict[str, Any]:
    opened = np.arange(count, dtype=np.int64) * 10
    ones = np.ones(count)
    return {"opened": opened, "closed": opened + 10, "open": 100 * ones, "high": 101 * ones, "low": 99 * ones,
            "close": 100 * ones}  # fmt: skip


def changed(name: str, row: int, value: float) -> dict[str, Any]:
    altered = columns()
    altered[name][row] = value
    return altered


@pytest.mark.parametrize(
    ("bars", "words"),
    [
        (changed("high", 2, NAN), "row 2: high must be finite and positive, was nan"),
        (changed("close", 1, INF), "row 1: close must be finite and positive, was inf"),
        (changed("low", 0, -1.0), "row 0: low must be finite and positive, was -1.0"),
        (changed("low", 0, 0.0), "row 0: low must be finite and positive, was 0.0"),
        (changed("high", 3, 99.5), "row 3: high must not lie below open or close, was 99.5"),
        (changed("low", 3, 100.5), "row 3: low must not lie above open or close, was 100.5"),
        (changed("closed", 1, 10), "row 1: closed must be later than opened, was 10"),
        (changed("opened", 2, 15), "row 2: opened must not be earlier than the last close seen, was 15"),
        (columns() | {"high": np.ones(3) * 101}, "high must have 4 values, had 3"),
        (columns() | {"low": np.ones(4, dtype=np.float32)}, "low must be a one-dimensional array of float64, was flo"),
        (columns() | {"opened": np.arange(4.0)}, "opened must be a one-dimensional array of int64, was float64"),
        (columns() | {"close": np.ones((4, 1))}, "close must be a one-dimensional array of float64, was float64"),
        (columns() | {"open": [100.0] * 4}, "open must be a one-dimensional array of float64, was list"),
        (columns() | {"open": None}, "open must be a one-dimensional array of float64, was NoneType"),
        (columns(0), "bars must not be empty"),
    ],
)
def test_malformed_columns_are_refused_by_name_and_nothing_moves(
    make: type[Engine], bars: dict[str, Any], words: str
) -> None:
    engine = make()
    engine.place("limit", "buy", 1.0, 100.0)
    before = engine.export()
    with pytest.raises(ValueError, match="^" + words):
        engine.run(**bars)
    assert engine.export() == before


def test_read_only_and_strided_columns_are_fine(make: type[Engine]) -> None:
    bars = columns(8)
    for column in bars.values():
        column.flags.writeable = False
    engine, other = make(), make()
    engine.run(**{name: column[::2] for name, column in bars.items()})
    for row in range(0, 8, 2):
        other.bar(*(column[row].item() for column in bars.values()))
    assert engine.export() == other.export()
    assert engine.bars == 4


def test_bars_seen_before_are_refused(make: type[Engine]) -> None:
    engine = make()
    engine.run(**columns())
    with pytest.raises(ValueError, match="row 0: opened must not be earlier than the last close seen, was 0"):
        engine.run(**columns())
    with pytest.raises(ValueError, match="opened must not be earlier than the last close seen, was 39"):
        engine.bar(39, 50, 100.0, 101.0, 99.0, 100.0)


@pytest.mark.parametrize(
    ("bar", "words"),
    [
        ((0, 10, NAN, 101.0, 99.0, 100.0), "open must be finite and positive, was nan"),
        ((0, 10, 100.0, INF, 99.0, 100.0), "high must be finite and positive, was inf"),
        ((0, 10, 100.0, 99.0, 98.0, 98.5), "high must not lie below open or close, was 99.0"),
        ((0, 10, 100.0, 101.0, 100.5, 100.0), "low must not lie above open or close, was 100.5"),
        ((10, 10, 100.0, 101.0, 99.0, 100.0), "closed must be later than opened, was 10"),
        ((-5, 10, 100.0, 101.0, 99.0, 100.0), "opened must not be earlier than the last close seen, was -5"),
    ],
)
def test_a_malformed_bar_is_refused(make: type[Engine], bar: tuple[Any, ...], words: str) -> None:
    engine = make()
    with pytest.raises(ValueError, match="^" + words):
        engine.bar(*bar)
    assert engine.bars == 0


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"kind": "iceberg"}, "kind must be one of market, limit, stop, trail, stop_limit, was 'iceberg'"),
        ({"side": "long"}, "side must be one of buy, sell, was 'long'"),
        ({"quantity": 0.0}, "quantity must be finite and positive, was 0.0"),
        ({"quantity": NAN}, "quantity must be finite and positive, was nan"),
        ({"price": INF}, "price must be finite and not negative, was inf"),
        ({"price": 0.0}, "a limit order needs a price"),
        ({"stop": -1.0}, "stop must be finite and not negative, was -1.0"),
        ({"kind": "market"}, "a market order has no price, was 98.0"),
        ({"stop": 98.0}, "a buy needs stop, price and target in order, were 98.0, 98.0, 0.0"),
        ({"target": 97.0}, "a buy needs stop, price and target in order, were 0.0, 98.0, 97.0"),
        ({"side": "sell", "stop": 97.0}, "a sell needs stop, price and target in order, were 97.0, 98.0, 0.0"),
        ({"kind": "market", "price": 0.0, "stop": 105.0, "target": 95.0}, "a buy needs stop, price and target in ord"),
        ({"activation": 1.0}, "activation needs a trail"),
        ({"kind": "trail", "price": 0.0}, "a trail order needs a bar seen before it"),
        ({"reduce_only": True, "stop": 95.0}, "a trail or reduce-only order has no legs of its own"),
        ({"horizon": -1}, "horizon must not be negative, was -1"),
        ({"expires": -1}, "expires must not be negative, was -1"),
    ],
)
def test_an_order_that_does_not_fit_is_refused(make: type[Engine], order: dict[str, Any], words: str) -> None:
    engine = make()
    before = engine.export()
    with pytest.raises(ValueError, match="^" + words):
        engine.place(**{"kind": "limit", "side": "buy", "quantity": 1.0, "price": 98.0, **order})
    assert engine.export() == before


def test_an_order_that_expired_already_is_refused(make: type[Engine]) -> None:
    engine = make()
    engine.move_clock(50)
    with pytest.raises(ValueError, match="expires must be later than the clock 50 and starts 0, was 50"):
        engine.place("limit", "buy", 1.0, 98.0, expires=50)


def test_a_price_below_one_tick_is_refused(make: type[Engine]) -> None:
    with pytest.raises(ValueError, match=r"price must be at least one tick, was 0\.1"):
        make(tick=0.25).place("limit", "buy", 1.0, 0.1)


def test_numbers_of_the_wrong_kind_are_type_errors(make: type[Engine]) -> None:
    engine = make()
    wrong: Any = "1"
    with pytest.raises(TypeError):
        engine.place("market", "buy", wrong)
    wrong = 1.5
    with pytest.raises(TypeError):
        engine.place("market", "buy", 1.0, horizon=wrong)
    with pytest.raises(TypeError):
        engine.bar(wrong, 10, 100.0, 101.0, 99.0, 100.0)
    assert engine.export() == make().export()


def test_whole_numbers_do_as_prices(make: type[Engine]) -> None:
    engine, other = make(), make()
    for each, one in ((engine, 1), (other, 1.0)):
        each.place("market", "buy", one, stop=95 * one, trail=3 * one)
        each.bar(0, 10, 100 * one, 101 * one, 99 * one, 100 * one)
    assert json.dumps(engine.export()) == json.dumps(other.export())


def test_the_clock_does_not_go_back(make: type[Engine]) -> None:
    engine = make()
    engine.move_clock(20)
    with pytest.raises(ValueError, match="the clock cannot go back from 20 to 19"):
        engine.move_clock(19)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (
            {"path": "random"},
            "path must be one of pessimistic, ohlc, olhc, adaptive, ticks, adverse, favourable, was 'random'",
        ),
        ({"limit_fill": "some"}, "limit_fill must be one of touch, through, prob, was 'some'"),
        ({"limit_gap": "worse"}, "limit_gap must be one of improve, at_limit, was 'worse'"),
        ({"limit_fill": "through"}, "limit_fill through needs a tick, was 0"),
        ({"cash": NAN}, "cash must be finite, was nan"),
        ({"taker_fee": -0.1}, r"taker_fee must lie in \[0, 1\), was -0.1"),
        ({"slippage": 1.0}, r"slippage must lie in \[0, 1\), was 1.0"),
        ({"tick": INF}, "tick must be finite and not negative, was inf"),
    ],
)
def test_settings_that_do_not_fit_are_refused(make: type[Engine], setting: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match="^" + words):
        make(**setting)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({}, "expected an engine state of format 2, was None"),
        ([], "expected an engine state of format 2, was 'list'"),
        ({"format": 1}, "expected an engine state of format 2, was 1"),
        (
            {"format": 2, "settings": {}, "orders": [], "events": []},
            "engine state lacks account, guard, ambiguous_bars, ask",
        ),
    ],
)
def test_what_is_no_state_is_refused(make: type[Engine], state: Any, words: str) -> None:
    with pytest.raises(ValueError, match="^" + words):
        make.restore(state)


def test_a_saved_order_with_a_field_missing_is_refused(make: type[Engine]) -> None:
    engine = make()
    engine.place("limit", "buy", 1.0, 98.0)
    state = json.loads(json.dumps(engine.export()))
    state["orders"][0].pop()
    with pytest.raises(ValueError, match="a saved order must have 22 fields, had 21"):
        make.restore(state)
