from __future__ import annotations

import json
import os
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings as effort, strategies as st

from execution_core import OrderEvent
from execution_core._book_py import Book
from execution_core._engine import Engine
from execution_core._engine_py import Engine as PlainEngine
from execution_core._order_py import Order
from execution_core.journal import Journal, replay
from tests.execution_core.conftest import ENGINES
from tests.execution_core.worlds import Step, do, settings, stories

TWIN = ENGINES["twin"]
many = effort(
    max_examples=10_000 if os.environ.get("FKS_TEST_NIGHTLY") else int(os.environ.get("FKS_TEST_EXAMPLES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
"""FKS_TEST_NIGHTLY asks for ten thousand of each, FKS_TEST_EXAMPLES for a number of one's own."""


def text(engine: Engine) -> str:
    return json.dumps(engine.export(), allow_nan=False)


@many
@given(settings(), stories())
def test_engine_and_twin_are_equal_bit_for_bit(how: dict[str, Any], story: list[Step]) -> None:
    engine, twin = Engine(**how), TWIN(**how)
    for step in story:
        assert do(engine, step) == do(twin, step)
        assert text(engine) == text(twin)
    assert engine.drain() == twin.drain()
    assert engine.orders() == twin.orders()


@many
@given(settings(), stories())
def test_fills_lie_inside_their_bars_before_slippage(how: dict[str, Any], story: list[Step]) -> None:
    # Without costs the price told is the price in the bar; the last close is where an order may fill between bars.
    free = how | {"slippage": 0.0, "slippage_ticks": 0.0, "spread": 0.0, "impact": 0.0, "rules": None}
    engine = Engine(**free)
    low = high = 0.0
    for step in story:
        if step[0] == "bar":
            ask = step[2].get("ask", step[1][2:6])
            low, high = min(step[1][4], ask[2]), max(step[1][3], ask[1])
        do(engine, step)
        for event in engine.drain():
            if event.what in ("filled", "partly_filled"):
                assert low <= event.price <= high


@many
@given(settings(), stories())
def test_no_money_appears_or_vanishes(how: dict[str, Any], story: list[Step]) -> None:
    engine = Engine(**how)
    for step in story:
        do(engine, step)
        said = how["cash"] + engine.realised + engine.unrealised - engine.fees - engine.funding
        assert abs(engine.cash + engine.position * engine.mark - said) <= 1e-9 * 10_000.0
        assert abs(engine.equity - said) <= 1e-9 * 10_000.0


@many
@given(settings(), stories())
def test_trades_add_up_to_what_was_realised(how: dict[str, Any], story: list[Step]) -> None:
    engine = Engine(**how)
    for step in story:
        do(engine, step)
    fills = [event for event in engine.drain() if event.what in ("filled", "partly_filled")]
    assert abs(sum(event.realised for event in fills) - engine.realised) <= 1e-6
    for event in (event for event in fills if event.closed):
        sign = -1.0 if event.side == "buy" else 1.0
        assert event.realised == event.closed * (event.price - event.entry_price) * sign
    if engine.position == 0.0:
        assert abs(sum(event.trade_fees for event in fills) - engine.fees) <= 1e-6


@many
@given(settings(), stories(), st.sampled_from([0.5, 1.0, 1.5, 3.0]))
def test_no_fill_that_enlarges_leads_beyond_leverage(how: dict[str, Any], story: list[Step], leverage: float) -> None:
    # What is held, at the price of the fill, is at most leverage times what the account is worth at that price, with
    # slippage and the fee of the fill paid.
    engine = Engine(**(how | {"cash": 300.0, "leverage": leverage, "maintenance": 0.0, "rules": None}))
    cash, position, funding = 300.0, 0.0, 0.0
    for step in story:
        do(engine, step)
        cash, funding = cash - (engine.funding - funding), engine.funding
        for event in engine.drain():
            if event.what not in ("filled", "partly_filled"):
                continue
            sign = 1.0 if event.side == "buy" else -1.0
            before, position = position, position + sign * event.quantity
            cash -= sign * event.quantity * event.price + event.fee
            if abs(position) > abs(before):
                worth = cash + position * event.price
                assert abs(position) * event.price <= leverage * worth + 1e-9 * 300.0
        assert abs(cash - engine.cash) <= 1e-9 * 10_000.0


@many
@given(settings(), stories())
def test_legs_never_outlive_what_they_protect(how: dict[str, Any], story: list[Step]) -> None:
    engine = Engine(**how)
    for step in story:
        do(engine, step)
        orders = engine.orders()
        entries = {order.order_id for order in orders if order.leg == "entry"}
        for leg in (order for order in orders if order.leg != "entry"):
            if leg.is_working:
                assert leg.is_reduce_only
                assert engine.position * (1 if leg.side == "buy" else -1) < 0.0
                assert leg.quantity <= abs(engine.position) * (1 + 1e-12)
            else:
                assert leg.entry_id in entries


@many
@given(settings(), stories())
def test_what_reduces_never_opens_or_flips(how: dict[str, Any], story: list[Step]) -> None:
    engine = Engine(**how)
    position = 0.0
    reducing: set[int] = set()
    for step in story:
        reducing |= {order.order_id for order in engine.orders() if order.is_reduce_only}
        do(engine, step)
        for event in engine.drain():
            if event.what not in ("filled", "partly_filled"):
                continue
            after = position + event.quantity * (1 if event.side == "buy" else -1)
            if event.order_id in reducing:
                assert position * after >= -1e-9
                assert abs(after) <= abs(position)
            position = after
        assert abs(position - engine.position) < 1e-9


@many
@given(settings(), stories(), st.data())
def test_a_state_saved_and_loaded_at_any_step_changes_nothing(
    how: dict[str, Any], story: list[Step], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(story)))
    through, saved = Engine(**how), Engine(**how)
    for number, step in enumerate(story):
        if number == cut:
            loads = data.draw(st.sampled_from(sorted(ENGINES)))
            saved = ENGINES[loads].restore(json.loads(text(saved)))
        assert do(through, step) == do(saved, step)
    assert text(through) == text(saved)


@many
@given(settings(), stories())
def test_a_journal_replays_to_the_same_lines_on_either_engine(how: dict[str, Any], story: list[Step]) -> None:
    journal = Journal(Engine(**how))
    for command, arguments, named in story:
        try:
            getattr(journal, command)(*arguments, **named)
        except ValueError:
            continue
    for kind in (Engine, TWIN):
        again = replay(journal.lines, kind)
        assert again.lines == journal.lines
        assert again.digest == journal.digest


@many
@given(settings(), stories(), st.sampled_from(["market", "limit", "stop"]))
def test_one_bracket_ends_between_what_the_adverse_and_the_favourable_path_make_of_the_same_bar(
    how: dict[str, Any], story: list[Step], kind: str
) -> None:
    bars = [step for step in story if step[0] == "bar"]

    def end(path: str) -> tuple[int, float]:
        """The bar in which it ended, and what it left."""
        plain = {name: how[name] for name in ("limit_gap", "maker_fee", "taker_fee", "slippage", "tick")}
        engine = Engine(**plain, path=path, cash=10_000.0)
        price = {"market": 0.0, "limit": 99.0, "stop": 101.0}[kind]
        engine.place(kind, "buy", 1.0, price, stop=97.0, target=103.0)
        for number, step in enumerate(bars):
            do(engine, step)
            if not engine.orders():
                return number, engine.cash
        return -1, 0.0

    worst, best = end("adverse"), end("favourable")
    for path in ("pessimistic", "ohlc", "olhc", "adaptive"):
        bar, cash = end(path)
        assert bar != worst[0] or cash >= worst[1]
        assert bar != best[0] or cash <= best[1]


@many
@given(settings(), stories())
def test_where_no_bar_is_ambiguous_the_path_changes_nothing(how: dict[str, Any], story: list[Step]) -> None:
    def played(path: str) -> tuple[Engine, list[object]]:
        engine = Engine(**(how | {"path": path}))
        for step in story:
            do(engine, step)
        # A leg that had no volume left, or no luck, may still be told to have been reached: that changes no order.
        events = [event._replace(is_ambiguous=False) for event in engine.drain()]
        return engine, [engine.cash, engine.position, engine.orders(), events]

    first, told = played("pessimistic")
    if first.ambiguous_bars == 0:
        assert played("adverse")[1] == told
        assert played("favourable")[1] == told


def test_a_fill_says_what_it_is() -> None:
    engine = Engine(cash=1000.0, maker_fee=0.001)
    engine.place("limit", "buy", 2.0, 98.0)
    assert engine.bar(0, 10, 100.0, 101.0, 97.0, 99.0) == 1
    # fee 2 x 98 x 0.001 = 0.196; cash 1000 - 196 - 0.196
    assert engine.drain() == [OrderEvent("filled", 1, 0, "entry", "buy", 2.0, 98.0, 0.196, 0.0, 10, False, "")]
    assert engine.cash == 1000.0 - (196.0 + 0.196)
    assert (engine.position, engine.average_price, engine.unrealised) == (2.0, 98.0, 2.0)
    assert engine.equity == engine.cash + 198.0


def check_that_no_leg_outlives(make: type[Engine]) -> None:
    engine = make()
    engine.place("market", "buy", 1.0, stop=95.0, target=105.0)
    engine.bar(0, 10, 100.0, 106.0, 99.0, 104.0)
    engine.bar(10, 20, 100.0, 101.0, 94.0, 96.0)
    assert engine.orders() == []
    assert engine.position == 0.0


def test_no_leg_outlives_its_sibling(make: type[Engine]) -> None:
    check_that_no_leg_outlives(make)


def test_an_engine_that_forgets_siblings_and_flatness_fails_that_check() -> None:
    class ForgetfulBook(Book):
        """The control: nothing ends because something else did, and legs may open."""

        def end(self, order: Order, what: str, reason: str) -> None:
            if reason not in ("sibling_filled", "position_closed"):
                super().end(order, what, reason)

        def append(self, *leg: Any) -> Order:
            order = super().append(*leg)
            order.is_reduce_only = False
            return order

    class Forgetful(PlainEngine):
        book_type = ForgetfulBook

    with pytest.raises(AssertionError):
        check_that_no_leg_outlives(cast("type[Engine]", Forgetful))
