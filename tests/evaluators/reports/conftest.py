"""One small whole decision and its bars, made by hand; the reports' tests vary it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from fks_agents.bars import Bars, nanoseconds
from fks_agents.contracts import (
    AccountView,
    Approval,
    Check,
    Choice,
    Claim,
    Cycle,
    Event,
    Fact,
    Fill,
    Forecast,
    Headline,
    Lesson,
    LimitEvent,
    OrderIntent,
    Plan,
    Quality,
    Receipt,
    Report,
    Result,
    Sized,
    Snapshot,
    StoredBars,
    Turn,
    Verdict,
)

AS_OF = datetime(2018, 10, 12, 20, 0, tzinfo=UTC)
DECISION = "a3f1c09e5b7d4e21"


@pytest.fixture(scope="session")
def bars() -> Bars:
    """150 daily bars up to and including the one that closes at `as_of`: a rise, then a fall."""
    count = 150
    steps = np.arange(count)
    closes = 2700.0 + 2.0 * steps + 25 * np.sin(steps / 6) - np.where(steps > 135, 14.0 * (steps - 135), 0.0)
    opens = np.concatenate([[2700.0], closes[:-1]])
    closed = [nanoseconds(AS_OF - timedelta(days=int(count - 1 - step))) for step in steps]
    opened = [at - int(6.5 * 3600e9) for at in closed]
    high, low = np.maximum(opens, closes) + 6.0, np.minimum(opens, closes) - 6.0
    return Bars("SPX", "1d", "sample", opened, closed, opens, high, low, closes, np.full(count, 1e9))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def snapshot(bars: Bars) -> Snapshot:
    last = float(bars.close[-1])
    known: list[tuple[str, float | str, str, str | None]] = [
        ("close", last, "price", "1d"), ("sma_50", last + 80, "price", "1d"), ("rsi_14", 27.4, "points", "1d"),
        ("atr_14", 31.25, "price", "1d"), ("return_5", -5.13, "percent", "1d"), ("regime", "volatile", "label", "1d"),
        ("sma_20", last + 40, "price", "1w"), ("vix", 24.98, "points", None), ("forecast_q50", last - 8, "price", "1d"),
    ]  # fmt: skip
    facts = tuple(
        Fact.model_validate(
            {"id": f"F{n}", "name": name, "value": value, "unit": unit, "timeframe": frame, "as_of": AS_OF,
             "source": "sample"}
        )
        for n, (name, value, unit, frame) in enumerate(known, start=1)
    )  # fmt: skip
    rows = tuple((last - 12 * step**0.5, last - step, last + 11 * step**0.5) for step in range(1, 11))
    return Snapshot(
        symbol="SPX", source="sample", timeframe="1d", as_of=AS_OF, price=last, regime="volatile", facts=facts,
        quality=Quality(score=96.0, reasons=("2 bars of zero volume (-4)",)),
        events=(
            Event(detector="swings", kind="choch", direction="bearish", formed_at=AS_OF - timedelta(days=30),
                  confirmed_at=AS_OF - timedelta(days=9), level=2895.0),
            Event(detector="fvg", kind="fvg", direction="bearish", formed_at=AS_OF - timedelta(days=6),
                  confirmed_at=AS_OF - timedelta(days=4), level=2860.0, far_level=2880.0, strength=0.7),
        ),
        forecasts=(Forecast(forecaster="drift", horizon=10, levels=(0.1, 0.5, 0.9), path=rows, skill=0.012),),
        headlines=(Headline(id="H1", text="Stocks slide as yields climb", published_at=AS_OF - timedelta(hours=6),
                            source="wire"),),
        account=AccountView(equity=100_000.0, cash=100_000.0),
        bars=(StoredBars(timeframe="1d", digest=bars.digest, count=len(bars)),),
    )  # fmt: skip


@pytest.fixture(scope="session")
def cycle(snapshot: Snapshot) -> Cycle:
    """A sell that passed the gate, with one rebuttal, one limit that bit and one abstention."""
    price = snapshot.price
    technical = Claim(id="technical.1", text=f"The close {price:,.2f} is 80.00 below the 50-day average.", value=-80.0,
                      unit="price", fact_ids=("F1", "F2"), formula="F1 - F2", direction="bearish")  # fmt: skip
    bull = Claim(id="bull.1.1", text="RSI at 27.4 is oversold.", value=27.4, unit="points", fact_ids=("F3",),
                 direction="bullish")  # fmt: skip
    bear = Claim(id="bear.1.1", text="Five days brought -5.13 %.", value=-5.13, unit="percent", fact_ids=("F5",),
                 direction="bearish")  # fmt: skip
    plan = Plan(
        author="moderate", action="sell", conviction=0.68, entry=price + 5, stop=price + 67.5, targets=(price - 120,),
        risk=0.01, horizon=10, expires_at=AS_OF + timedelta(days=4), reason="Trend and structure agree.", model="rules",
        claims=(Claim(id="moderate.1", text="One ATR is 31.25.", value=31.25, unit="price", fact_ids=("F4",)),),
    )  # fmt: skip
    draft = plan.model_copy(update={"author": "manager", "claims": ()})
    entry = OrderIntent(
        client_order_id=OrderIntent.id_for(DECISION, "entry"), decision_id=DECISION, leg="entry", symbol="SPX",
        side="sell", type="limit", quantity=9.03, price=price + 5, placed_at=AS_OF,
    )  # fmt: skip
    checks = (
        Check(rule="number", subject="technical.1", outcome="pass", reason="80.00 below is F1 - F2", stated="-80.00",
              computed="-80", fact_ids=("F1", "F2")),
        Check(rule="number", subject="bull.1.1", outcome="pass", reason="27.4 is F3", stated="27.4", computed="27.4",
              fact_ids=("F3",)),
        Check(rule="direction", subject="bull.1.1", outcome="pass", reason="27.4 is below 30", fact_ids=("F3",)),
        Check(rule="number", subject="bear.1.1", outcome="pass", reason="-5.13 % is F5", stated="-5.13 %",
              computed="-5.13", fact_ids=("F5",)),
        Check(rule="plan", subject="plan.stop", outcome="pass", reason="stop above entry of a sell"),
    )  # fmt: skip
    return Cycle(
        id=DECISION, symbol="SPX", timeframe="1d", as_of=AS_OF, action="sell", status="working",
        reason="sell 9.03 SPX at a limit; the gate passed", models={"quick": "rules", "deep": "rules"},
        settings_digest="0123456789abcdef", snapshot=snapshot,
        reports=(
            Report(analyst="technical", stance=-0.6, conviction=0.7, claims=(technical,), model="rules"),
            Report(analyst="sentiment", abstained="no headlines file was given", model="rules"),
        ),
        debate=(
            Turn(speaker="bull", round=1, claims=(bull,), model="rules"),
            Turn(speaker="bear", round=1, claims=(bear,), rebuts=("bull.1.1",), model="rules"),
        ),
        draft=draft, proposals=(plan,),
        choice=Choice(persona="moderate", reason="volatile regime: the middle plan", plan=plan),
        sized=Sized(quantity=9.03, notional=9.03 * (price + 5), risk=0.0056, method="fixed_fractional", limits=(
            LimitEvent(limit="max_position", before=16.0, after=9.03, reason="25 % of equity"),)),
        verdict=Verdict(outcome="pass", reason="all numbers recompute", checks=checks),
        approval=Approval(status="not_needed", by="paper", at=AS_OF, reason="paper account"),
        orders=(entry,), receipts=(Receipt(client_order_id=entry.client_order_id, status="working"),), seconds=0.42,
    )  # fmt: skip


@pytest.fixture(scope="session")
def refused(cycle: Cycle) -> Cycle:
    """The same decision with one wrong number that the gate caught."""
    wrong = Check(rule="number", subject="technical.1", outcome="fail", reason="stated 80.00, facts give 8.00",
                  stated="-80.00", computed="-8.00", fact_ids=("F1", "F2"))  # fmt: skip
    return cycle.model_copy(
        update={
            "status": "refused", "reason": "the gate failed 1 check", "orders": (), "receipts": (), "approval": None,
            "verdict": Verdict(outcome="fail", reason="1 check failed", checks=(wrong, *cycle.verdict.checks[1:])),
        }
    )  # fmt: skip


@pytest.fixture(scope="session")
def stopped() -> Cycle:
    """A decision that ended before anyone spoke: no facts, no plan."""
    return Cycle(
        id="00ff", symbol="SPX", timeframe="1d", as_of=AS_OF, action="no_decision", status="no_decision",
        reason="data quality 41 is below 60", models={"quick": "rules", "deep": "rules"}, settings_digest="00",
        verdict=Verdict(outcome="unscored", reason="nothing to judge"),
    )  # fmt: skip


@pytest.fixture(scope="session")
def fills(cycle: Cycle) -> tuple[Fill, ...]:
    """The entry on Monday, and the way out two weeks after the decision."""
    [entry] = cycle.orders
    common = {"decision_id": DECISION, "symbol": "SPX", "quantity": 9.03, "fee": 25.28}
    return (
        Fill.model_validate({**common, "client_order_id": entry.client_order_id, "leg": "entry", "side": "sell",
                             "price": entry.price, "at": AS_OF + timedelta(days=3)}),
        Fill.model_validate({**common, "client_order_id": "horizon", "leg": "horizon", "side": "buy",
                             "price": entry.price + 1.3, "at": AS_OF + timedelta(days=14)}),
    )  # fmt: skip


@pytest.fixture(scope="session")
def lesson() -> Lesson:
    return Lesson(
        id="ab12", agent="technical", text="SPX 1d, volatile: technical leaned +0.50; that was wrong", evidence=(),
        learned_at=AS_OF - timedelta(days=30), decision_id="00ff", symbol="SPX", regime="volatile", was_right=False,
    )  # fmt: skip


@pytest.fixture(scope="session")
def result(lesson: Lesson) -> Result:
    later = lesson.model_copy(update={"id": "cd34", "learned_at": AS_OF + timedelta(days=14)})
    return Result(
        decision_id=DECISION, symbol="SPX", ended_at=AS_OF + timedelta(days=14), kind="horizon", profit=-62.33,
        r_multiple=-0.08, market_return=0.0009, lessons=(later,),
    )  # fmt: skip


@pytest.fixture(scope="session")
def recalling(cycle: Cycle, lesson: Lesson) -> Cycle:
    """The decision whose technical analyst was shown a lesson, and trusts itself less for it."""
    first = cycle.reports[0].model_copy(update={"recalled": (lesson.id,), "conviction_before": 0.9})
    return cycle.model_copy(update={"reports": (first, *cycle.reports[1:])})
