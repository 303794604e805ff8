from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fks_agents.contracts import AccountView, Position
from tools.indicators import account, present

NOW = datetime(2018, 12, 24, 21, tzinfo=UTC)


def test_a_fresh_account_has_no_record_and_no_position() -> None:
    facts = dict(present(account.describe(AccountView(equity=1000.0, cash=1000.0), 50.0, NOW)))
    assert facts["position_side"] == "none"
    assert facts["account_equity"] == 1000.0
    unknown = {"account_win_rate", "account_payoff", "account_days_since_trade", "position_share"}
    assert not unknown & facts.keys()


def test_shares_are_told_in_percent() -> None:
    view = AccountView(
        equity=2000.0, cash=1000.0, position=Position(side="sell", quantity=10.0, average_price=55.0, unrealised=50.0),
        day_return=-0.02, drawdown=0.1, losing_streak=2, last_trade_at=NOW - timedelta(hours=36), closed_trades=5,
        win_rate=0.4, payoff=1.5, working_orders=1,
    )  # fmt: skip
    facts = account.describe(view, 50.0, NOW)
    assert (facts["account_day_return"], facts["account_drawdown"]) == (-2.0, 10.0)
    assert facts["account_win_rate"] == pytest.approx(40.0)
    assert facts["account_days_since_trade"] == 1.5
    assert (facts["position_side"], facts["position_share"]) == ("short", 25.0)  # 10 x 50 of 2000
    assert set(facts) == {name for name, _, _ in account.FACTS}
