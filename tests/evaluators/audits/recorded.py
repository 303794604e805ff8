"""A ledger of decisions whose claims are known to be true or false."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fks_agents.contracts import AccountView, Claim, Cycle, Fact, Quality, Report, Result, Snapshot, Verdict
from fks_agents.settings import Settings
from memory.ledger import Ledger

BEGIN = datetime(2020, 1, 30, 21, tzinfo=UTC)


def facts(as_of: datetime) -> tuple[Fact, ...]:
    table = (("close", 100.0, "price"), ("rsi_14", 25.0, "points"), ("return_20", -4.0, "percent"))
    return tuple(
        Fact.model_validate(
            {
                "id": f"F{n}",
                "name": name,
                "value": value,
                "unit": unit,
                "timeframe": "1d",
                "as_of": as_of,
                "source": "t",
            }
        )
        for n, (name, value, unit) in enumerate(table, 1)
    )


def decide(
    ledger: Ledger,
    day: int,
    *,
    wrong: bool = False,
    symbol: str = "SPX",
    stance: float = 0.5,
    conviction: float = 0.8,
    market_return: float | None = None,
    days: int = 1,
    model: str = "rules",
) -> Cycle:
    """One recorded decision `day` days after the first: two claims of the technical analyst, and one of the macro
    analyst that is `wrong` where asked. The gate passed all of it."""
    as_of = BEGIN + timedelta(days=day)
    admission = ledger.decisions.admit(symbol, "1d", as_of, Settings())
    said = "RSI(14) is 52.0" if wrong else "RSI(14) is 25.0"
    snapshot = Snapshot(
        symbol=symbol, source="t", timeframe="1d", as_of=as_of, price=100.0, regime="calm", facts=facts(as_of),
        quality=Quality(score=100.0), account=AccountView(equity=1.0, cash=1.0),
    )  # fmt: skip
    technical = (
        Claim(id="technical.1", text="RSI(14) is 25.0, below 30", fact_ids=("F2",)),
        Claim(id="technical.2", text="the price fell 4 % in 20 days", fact_ids=("F3",)),
    )
    reports = (
        Report(analyst="technical", stance=stance, conviction=conviction, claims=technical, model=model),
        Report(
            analyst="macro", stance=0.0, conviction=0.1, model=model,
            claims=(Claim(id="macro.1", text=said, fact_ids=("F2",)),),
        ),
    )  # fmt: skip
    cycle = Cycle(
        id=admission.id, symbol=symbol, timeframe="1d", as_of=as_of, action="hold", status="hold", reason="no edge",
        models=admission.models, settings_digest=admission.settings_digest, snapshot=snapshot, reports=reports,
        verdict=Verdict(outcome="pass", reason="waved through"),
    )  # fmt: skip
    ledger.decisions.finish(cycle)
    if market_return is not None:
        ledger.results.record(
            Result(
                decision_id=cycle.id, symbol=symbol, ended_at=as_of + timedelta(days=days), kind="not_traded",
                market_return=market_return,
            )
        )  # fmt: skip
    return cycle
