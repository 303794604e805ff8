from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from fks_agents.bars import Bars, nanoseconds
from fks_agents.contracts import AccountView, Choice, Cycle, Fill, Plan, Quality, Sized, Snapshot, Verdict

AS_OF = datetime(2024, 1, 5, tzinfo=UTC)
DAY = 86_400_000_000_000


@pytest.fixture
def working() -> Cycle:
    """A buy of 10 at a limit of 100, stop 95, target 110, that expires after 3 days; decided at a price of 102."""
    snapshot = Snapshot(
        symbol="X",
        source="test",
        timeframe="1d",
        as_of=AS_OF,
        price=102.0,
        regime="calm",
        facts=(),
        quality=Quality(score=100.0),
        account=AccountView(equity=100_000.0, cash=100_000.0),
    )
    plan = Plan(
        author="moderate",
        action="buy",
        conviction=0.7,
        entry=100.0,
        stop=95.0,
        targets=(110.0,),
        risk=0.01,
        horizon=5,
        expires_at=AS_OF + timedelta(days=3),
        model="rules",
    )
    return Cycle(
        id="d1",
        symbol="X",
        timeframe="1d",
        as_of=AS_OF,
        action="buy",
        status="working",
        reason="",
        models={},
        settings_digest="",
        snapshot=snapshot,
        draft=plan,
        choice=Choice(persona="moderate", reason="", plan=plan),
        sized=Sized(quantity=10.0, notional=1_000.0, risk=0.0005, method="fixed_fractional"),
        verdict=Verdict(outcome="pass", reason=""),
    )


def days_after(*closes: float) -> Bars:
    """Daily bars after AS_OF, flat at each close."""
    opened = nanoseconds(AS_OF) + DAY * np.arange(len(closes))
    prices = np.array(closes)
    return Bars("X", "1d", "test", opened, opened + DAY, prices, prices, prices, prices, np.ones(len(closes)))


def fill(leg: str, price: float, day: int, fee: float = 1.0) -> Fill:
    return Fill.model_validate(
        {
            "client_order_id": leg,
            "decision_id": "d1",
            "leg": leg,
            "symbol": "X",
            "side": "buy" if leg == "entry" else "sell",
            "quantity": 10.0,
            "price": price,
            "fee": fee,
            "at": AS_OF + timedelta(days=day),
        }
    )
