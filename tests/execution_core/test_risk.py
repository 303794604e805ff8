"""Rule sets, breakers over time, portfolio limits, exits and sizes."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from execution_core import Engine, exits, rules, sizing
from execution_core.portfolio import Holding, PortfolioLimits, fit

MINUTE = 60_000_000_000
DAY = 1440 * MINUTE


def test_the_rule_sets_that_come_with_it() -> None:
    assert rules.names() == ("apex", "demo", "hyrotrader", "takeprofit")
    apex, take, hyro = rules.load("apex"), rules.load("takeprofit"), rules.load("hyrotrader")
    assert (apex["daily_loss_amount"], apex["drawdown"], apex["contracts"], apex["cutoff_minutes"]) == (
        500,
        0.06,
        10,
        15,
    )
    assert (take["daily_loss_amount"], take["drawdown"], take["drawdown_from"]) == (1000, 0.04, "start")
    assert (take["contracts"], take["cutoff_minutes"]) == (15, 15)
    assert (hyro["daily_loss_amount"], hyro["drawdown"], hyro["contracts"]) == (500, 0.08, 5)
    assert "cutoff_minutes" not in hyro
    assert rules.load("demo") == {}


def test_rules_of_ones_own_are_loaded_by_path(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text("losing_streak = 3\n")
    assert rules.load(own) == {"losing_streak": 3}
    own.write_text("loosing_streak = 3\n")
    with pytest.raises(ValueError, match=r"expected rules among daily_loss, .*, was 'loosing_streak'"):
        rules.load(str(own))
    own.write_text("losing_streak = ")
    with pytest.raises(ValueError, match="cannot be read as TOML"):
        rules.load(own)
    with pytest.raises(ValueError, match="rules must be one of apex, demo, hyrotrader, takeprofit or a TOML file"):
        rules.load("nobody")


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"drawdown_from": "top"}, "drawdown_from must be one of peak, start, was 'top'"),
        ({"flatten": 1}, "flatten must be true or false, was 1"),
        ({"drawdown": math.nan}, "drawdown must be a number, finite and not negative, was nan"),
        ({"losing_streak": 1.5}, r"losing_streak must be whole, was 1\.5"),
        ({"contracts": True}, "contracts must be a number"),
    ],
)
def test_rules_that_do_not_fit_are_refused(make: type[Engine], rule: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make(rules=rule)


def test_apex_is_flat_a_quarter_of_an_hour_before_the_day_ends(make: type[Engine]) -> None:
    engine = make(cash=50_000.0, rules=rules.load("apex"))
    engine.move_clock(DAY - 20 * MINUTE)
    engine.place("market", "buy", 1.0, stop=50.0)
    for number in range(20, 13, -1):
        engine.bar(DAY - number * MINUTE, DAY - (number - 1) * MINUTE, 100.0, 101.0, 99.0, 100.0)
    fills = [(event.leg, (DAY - event.at) // MINUTE) for event in engine.drain() if event.what == "filled"]
    # Out in the bar that opens fifteen minutes before the end, and so closes fourteen before it.
    assert fills == [("entry", 19), ("flat", 14)]
    assert engine.place("market", "buy", 1.0) < 0
    engine.bar(DAY, DAY + MINUTE, 100.0, 101.0, 99.0, 100.0)
    assert engine.place("market", "buy", 1.0) > 0


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"daily_loss": 0.01}, "daily_loss"),
        ({"drawdown": 0.01}, "drawdown"),
        ({"drawdown": 0.01, "drawdown_from": "start"}, "drawdown"),
        ({"position": 0.5}, "position"),
        ({"orders_per_minute": 2}, "order_rate"),
        ({"seconds_between_trades": 120.0}, "trade_rate"),
        ({"volatility": 0.01}, "volatility"),
        ({"stale_seconds": 90.0}, "stale_data"),
        ({"losing_streak": 1}, "losing_streak"),
    ],
)
def test_each_breaker_trips_latches_and_is_reset_by_hand_only(
    make: type[Engine], rule: dict[str, object], reason: str
) -> None:
    engine = make(cash=1000.0, rules=rule)
    price = 100.0
    for number in range(30):
        engine.aim([1.0, -1.0][number % 2])
        after = price * (0.95 if number % 2 == 0 else 1.05)
        opened = number * MINUTE + (5 * MINUTE if number > 24 else 0)
        engine.bar(opened, opened + MINUTE, price, max(price, after), min(price, after), after)
        if number == 3 and reason == "order_rate":
            for _ in range(3):
                engine.place("limit", "buy", 1.0, 1.0)
        price = after
    tripped = [event for event in engine.drain() if event.what == "tripped"]
    assert [event.reason for event in tripped] == [reason]
    assert engine.breaker == (reason, tripped[0].at)
    assert engine.place("market", "buy", 1.0) < 0
    engine.reset_breaker()
    assert engine.breaker is None
    assert engine.place("market", "buy", 1.0) > 0


def test_portfolio_limits_shrink_to_the_least_room() -> None:
    held = (Holding("A", 300.0, "metal"), Holding("B", -200.0))
    limits = PortfolioLimits(gross=0.8, net=0.5, per_symbol=0.4, per_group=0.35)
    wanted = Holding("C", 1.0, "metal")
    allowed = fit(50.0, 10.0, wanted, held, 1000.0, limits)
    # 500 wanted: a symbol may have 400, gross leaves 800 - 500 = 300, net 500 - 100 = 400, the group 350 - 300 = 50
    assert allowed.quantity == 5.0
    assert [cut.limit for cut in allowed.cuts] == ["per_symbol", "gross", "per_group"]
    assert fit(50.0, 10.0, Holding("C", -1.0), held, 1000.0, limits).quantity == 30.0
    assert fit(50.0, 10.0, wanted, held, 1000.0, PortfolioLimits()).cuts == ()
    with pytest.raises(ValueError, match="equity must be finite, was nan"):
        fit(1.0, 1.0, wanted, held, math.nan, limits)


@given(st.floats(0.0, 1e6), st.floats(0.01, 1e4), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.booleans())
def test_portfolio_limits_never_enlarge(quantity: float, price: float, one: float, two: float, is_long: bool) -> None:
    held = (Holding("A", one, "g"), Holding("B", two))
    wanted = Holding("A", 1.0 if is_long else -1.0, "g")
    allowed = fit(quantity, price, wanted, held, 1e5, PortfolioLimits(1.0, 0.5, 0.3, 0.4), lot=0.1)
    assert 0.0 <= allowed.quantity <= quantity


def test_exits_are_distances_worked_out_beforehand() -> None:
    assert exits.by_range(2.5, 2.0) == 5.0
    # 100 x 1 % x the root of 4 bars x 1.5
    assert exits.by_volatility(100.0, 0.01, 4, 1.5) == 3.0
    assert exits.by_share(80.0, 0.05) == 4.0
    columns = exits.by_volatility(np.array([100.0, 50.0]), np.array([0.01, math.nan]), 1, 2.0)
    assert columns.tolist()[0] == 2.0
    assert math.isnan(columns[1])
    engine = Engine()
    way_out = exits.Exit(stop_distance=exits.by_range(2.5, 2.0), target_distance=exits.by_range(2.5, 3.0), horizon=2)
    engine.place("market", "buy", 1.0, **way_out._asdict())
    for bar in range(2):
        engine.bar(bar, bar + 1, 100.0, 101.0, 99.0, 100.0)
    assert [order.price for order in engine.orders()] == [95.0, 107.5, 0.0]
    engine.bar(2, 3, 103.0, 104.0, 102.0, 103.0)
    assert engine.realised == 3.0  # left at the open after two bars
    with pytest.raises(ValueError, match="times must be finite and not negative, was nan"):
        exits.by_range(1.0, math.nan)


def test_a_trailing_exit_follows_once_price_has_gone_far_enough() -> None:
    engine = Engine()
    engine.place("market", "buy", 1.0, **exits.Exit(trail=2.0, activation=1.0)._asdict())
    engine.bar(0, 1, 100.0, 100.5, 99.0, 100.0)
    assert [order.price for order in engine.orders()] == [0.0]
    engine.bar(1, 2, 100.0, 103.0, 100.0, 102.0)
    assert [order.price for order in engine.orders()] == [101.0]


def test_sizes_by_one_r_and_a_part_of_kelly() -> None:
    assert sizing.fixed_r(100.0, 50.0, 45.0) == 20.0
    # 0.6 - 0.4 = 0.2: a quarter of it; capped
    assert sizing.kelly(0.6, 1.0, 0.25) == pytest.approx(0.05)
    assert sizing.kelly(0.9, 5.0, 1.0, 0.1) == 0.1
    with pytest.raises(ValueError, match=r"share must lie in \[0, 1\], was 2\.0"):
        sizing.kelly(0.5, 1.0, 2.0)
    with pytest.raises(ValueError, match=r"stop must differ from entry, both were 5\.0"):
        sizing.fixed_r(1.0, 5.0, 5.0)
