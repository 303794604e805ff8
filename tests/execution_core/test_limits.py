from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from execution_core.limits import Account, Limits, shrink

CALM = Account(equity=100_000.0)


def names(quantity: float, price: float, conviction: float, account: Account) -> tuple[float, list[str]]:
    allowed = shrink(quantity, price, conviction, account, Limits(), lot=0.1)
    return allowed.quantity, [cut.limit for cut in allowed.cuts]


def test_nothing_bites_where_nothing_is_broken() -> None:
    assert names(500.0, 50.0, 0.6, CALM) == (500.0, [])


def test_a_position_is_cut_to_a_quarter_of_equity() -> None:
    # 25,000 / 70 = 357.14..., down to the lot
    assert names(1000.0, 70.0, 0.9, CALM) == (357.1, ["position"])
    # 10,000 held: 15,000 / 70 = 214.28...
    assert names(1000.0, 70.0, 0.9, CALM._replace(held=10_000.0)) == (214.2, ["position"])
    assert names(1000.0, 70.0, 0.9, CALM._replace(held=30_000.0)) == (0.0, ["position"])


@pytest.mark.parametrize(
    ("account", "bites"),
    [
        (CALM._replace(day_return=-0.0499), []),
        (CALM._replace(day_return=-0.05), ["daily_loss"]),
        (CALM._replace(drawdown=0.1499), []),
        (CALM._replace(drawdown=0.15), ["drawdown"]),
        (CALM._replace(losing_streak=4), []),
        (CALM._replace(losing_streak=5), ["losing_streak"]),
        (CALM._replace(seconds_since_trade=300.0), []),
        (CALM._replace(seconds_since_trade=299.0), ["time_between_trades"]),
    ],
)
def test_each_limit_stops_trading_where_it_says(account: Account, bites: list[str]) -> None:
    assert names(10.0, 50.0, 0.9, account) == (0.0 if bites else 10.0, bites)


def test_conviction_below_the_least_trades_nothing() -> None:
    assert names(10.0, 50.0, 0.59, CALM) == (0.0, ["conviction"])


def test_limits_bite_in_their_order_and_each_says_what_it_did() -> None:
    account = CALM._replace(day_return=-0.06, drawdown=0.2)
    allowed = shrink(1000.0, 50.0, 0.1, account, Limits())
    # 25,000 / 50 = 500, then nothing; drawdown and conviction find nothing left to cut
    assert [(cut.limit, cut.before, cut.after) for cut in allowed.cuts] == [
        ("position", 1000.0, 500.0),
        ("daily_loss", 500.0, 0.0),
    ]
    assert allowed.cuts[0].reason == "at most 25 % of equity 100,000.00, 0.00 held already"
    assert allowed.cuts[1].reason == "day's return -6 %, stops at -5 %"


@given(
    st.floats(0.0, 1e6),
    st.floats(0.01, 1e6),
    st.floats(0.0, 1.0),
    st.builds(
        Account,
        equity=st.floats(-1e6, 1e9),
        held=st.floats(0.0, 1e9),
        day_return=st.floats(-1.0, 1.0),
        drawdown=st.floats(0.0, 1.0),
        losing_streak=st.integers(0, 10),
        seconds_since_trade=st.none() | st.floats(0.0, 1e6),
    ),
    st.sampled_from([0.0, 0.0001, 1.0]),
)
def test_limits_only_ever_shrink_and_every_step_is_told(
    quantity: float, price: float, conviction: float, account: Account, lot: float
) -> None:
    allowed = shrink(quantity, price, conviction, account, Limits(), lot)
    assert 0.0 <= allowed.quantity <= quantity
    before = quantity
    for cut in allowed.cuts:
        assert cut.before == before
        assert cut.after < cut.before
        before = cut.after
    assert before == allowed.quantity


def test_numbers_that_are_none_are_refused() -> None:
    for bad in (math.nan, math.inf, -1.0):
        with pytest.raises(ValueError, match="quantity must be finite and not negative"):
            shrink(bad, 50.0, 0.9, CALM, Limits())
    with pytest.raises(ValueError, match=r"price must be finite and positive, was 0\.0"):
        shrink(1.0, 0.0, 0.9, CALM, Limits())
    with pytest.raises(ValueError, match="drawdown must be finite, was nan"):
        shrink(1.0, 1.0, 0.9, CALM._replace(drawdown=math.nan), Limits())
