"""The size: computed, cut by limits, never enlarged, and blind to everything but the plan and the account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings, strategies as st

from evaluators.rules import outcome_of, sizing
from fks_agents.agents.levels import planned
from fks_agents.agents.manager import DRAFT
from fks_agents.agents.risk import size
from fks_agents.contracts import AccountView, Plan, Position, Sized, Snapshot
from fks_agents.settings import Settings
from tests.agents.conftest import AS_OF, RISING, snapshot_of


def trade(snapshot: Snapshot, conviction: float = 0.8) -> Plan:
    return planned("moderate", "buy", conviction, "because", DRAFT, snapshot, Settings())


def sized_for(account: AccountView, conviction: float = 0.8, **settings: object) -> Sized:
    snapshot = snapshot_of(RISING, account=account)
    return size(trade(snapshot, conviction), snapshot, Settings.model_validate(settings))


FRESH = AccountView(equity=100_000.0, cash=100_000.0)


def test_fixed_fractional_by_hand() -> None:
    # entry 99.5, stop 95.5: 1 % of 100,000 over 4 = 250 units = 24,875: below a quarter of equity
    sized = sized_for(FRESH)
    assert (sized.quantity, sized.notional, sized.method, sized.limits) == (250.0, 24_875.0, "fixed_fractional", ())
    assert sized.risk == pytest.approx(0.01)


def test_volatility_sizing_never_asks_for_more_than_the_stop_allows() -> None:
    # 1 % of equity over an ATR of 2 is 500 units: capped at the 250 of the stop
    assert sized_for(FRESH, sizing="volatility").quantity == 250.0
    assert sized_for(FRESH, sizing="volatility").method == "volatility"


def test_half_kelly_needs_measured_outcomes() -> None:
    assert sized_for(FRESH, sizing="half_kelly").method == "fixed_fractional"
    # (0.5 - 0.5 / 1.2) / 2 = 0.041667 of 100,000 at 99.5 = 41.8760 units
    seasoned = FRESH.model_copy(update={"win_rate": 0.5, "payoff": 1.2, "closed_trades": 40})
    sized = sized_for(seasoned, sizing="half_kelly")
    assert (sized.quantity, sized.method) == (41.876, "half_kelly")


@pytest.mark.parametrize(
    ("account", "limit"),
    [
        ({"day_return": -0.05}, "daily_loss"),
        ({"drawdown": 0.15}, "drawdown"),
        ({"losing_streak": 5}, "losing_streak"),
        ({"last_trade_at": AS_OF - timedelta(seconds=299)}, "time_between_trades"),
    ],
)
def test_a_limit_that_forbids_says_so(account: dict[str, object], limit: str) -> None:
    sized = sized_for(FRESH.model_copy(update=account))
    assert sized.quantity == 0.0
    assert [(cut.limit, cut.before, cut.after) for cut in sized.limits] == [(limit, 250.0, 0.0)]


def test_too_little_conviction_is_no_size() -> None:
    assert [cut.limit for cut in sized_for(FRESH, conviction=0.59).limits] == ["conviction"]
    assert sized_for(FRESH, conviction=0.59, min_conviction=0.5).quantity == 250.0


def test_what_is_held_leaves_less_room() -> None:
    # a quarter of 100,000 less 200 held at 100 leaves 5,000: 50.2512 units at 99.5
    held = Position(side="buy", quantity=200.0, average_price=90.0, unrealised=2_000.0)
    sized = sized_for(FRESH.model_copy(update={"position": held}))
    assert sized.quantity == 50.2512
    assert [(cut.limit, cut.before) for cut in sized.limits] == [("position", 250.0)]


def test_a_plan_that_does_not_trade_has_no_size() -> None:
    snapshot = snapshot_of(RISING)
    held = planned("moderate", "hold", 0.9, "waits", DRAFT, snapshot, Settings())
    assert size(held, snapshot, Settings()).quantity == 0.0


@given(
    equity=st.floats(-1e4, 1e6), drawdown=st.floats(0, 1), day=st.floats(-1, 1), streak=st.integers(0, 9),
    conviction=st.floats(0, 1), win=st.floats(0, 1), payoff=st.floats(0.1, 5),
    how=st.sampled_from(["fixed_fractional", "volatility", "half_kelly"]),
)  # fmt: skip
@settings(max_examples=80, deadline=None)
def test_risk_only_shrinks(
    equity: float, drawdown: float, day: float, streak: int, conviction: float, win: float, payoff: float, how: str
) -> None:
    account = AccountView(
        equity=equity, cash=equity, drawdown=drawdown, day_return=day, losing_streak=streak, win_rate=win, payoff=payoff
    )
    sized = sized_for(account, conviction, sizing=how)
    assert sized.risk <= 0.01 * (1 + 1e-9)
    assert sized.notional <= max(0.25 * equity, 0.0) * (1 + 1e-9)
    assert all(cut.after < cut.before for cut in sized.limits)
    if sized.quantity > 0:
        plan = trade(snapshot_of(RISING, account=account), conviction)
        assert outcome_of(tuple(sizing.check(plan, sized, account))) == "pass"
