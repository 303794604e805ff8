"""Hand-made snapshots, and everything a node may reach outside the state as plain recording implementations."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from langgraph.runtime import Runtime

from fks_agents.bars import Bars, Series
from fks_agents.contracts import (
    AccountView,
    Claim,
    Fact,
    Headline,
    Lesson,
    OrderIntent,
    Plan,
    Quality,
    Receipt,
    Regime,
    Report,
    Snapshot,
    Timeframe,
)
from fks_agents.deps import Call, ChatModel, ChatRole, Deps, Node
from fks_agents.settings import Settings
from fks_agents.state import CycleState
from tools.indicators import definitions

AS_OF = datetime(2018, 12, 24, 21, tzinfo=UTC)
UNITS = {each.name: each.unit for each in definitions()}
ANYWHERE = ("macro", "account", "headlines", "schedule")
"""Families of facts that no bar carries."""
FAMILIES = {each.name: each.family for each in definitions()}


def facts_of(base: Mapping[str, float | str], higher: Mapping[str, float | str] | None = None) -> tuple[Fact, ...]:
    """Facts F1, F2, ... in the order given: first the base timeframe's, then the higher one's."""
    told: list[tuple[Timeframe | None, str, float | str]] = [
        (None if FAMILIES[name] in ANYWHERE else "1d", name, value) for name, value in base.items()
    ]
    told += [("1w", name, value) for name, value in (higher or {}).items()]
    return tuple(
        Fact(id=f"F{n}", name=name, value=value, unit=UNITS[name], timeframe=frame, as_of=AS_OF, source="hand")
        for n, (frame, name, value) in enumerate(told, start=1)
    )


def snapshot_of(
    base: Mapping[str, float | str],
    higher: Mapping[str, float | str] | None = None,
    *,
    regime: Regime = "calm",
    headlines: Sequence[Headline] = (),
    account: AccountView | None = None,
) -> Snapshot:
    return Snapshot(
        symbol="SPX",
        source="hand",
        timeframe="1d",
        as_of=AS_OF,
        price=float(base.get("close", 100.0)),
        regime=regime,
        facts=facts_of(base, higher),
        quality=Quality(score=100.0),
        headlines=tuple(headlines),
        account=account or AccountView(equity=100_000.0, cash=100_000.0),
    )


RISING: dict[str, float | str] = {
    "close": 100.0, "atr_14": 2.0, "atr_percent": 2.0, "close_to_sma_200": 8.0, "sma_20_to_sma_50": 4.0,
    "close_to_sma_50": 5.0, "rsi_14": 60.0, "roc_10": 5.0, "macd_histogram": 0.5, "z_20": 1.0,
    "last_break_direction": "bullish", "bars_since_last_break": 12.0, "last_break_holds": "yes",
    "bullish_breaks_60": 3.0, "bearish_breaks_60": 1.0, "swing_high_change": 3.0, "swing_low_change": 3.0,
    "vix_percentile_252": 25.0, "vix_change_20": -2.0, "credit_spread_change_12": 0.1, "wti_change_20": 5.0,
    "core_cpi_change_12": 2.1, "volatility_percentile": 60.0, "drawdown_now": 2.0, "var_95": 1.6,
}  # fmt: skip
"""A market that rises on every count but the credit spread."""

STRONG_WEEK: dict[str, float | str] = {"close_to_sma_50": 10.0, "atr_percent": 4.0}


class NoClock:
    """No node reads the time: it is in the state."""

    def now(self) -> datetime:
        raise AssertionError("a node read the clock")


class Nothing:
    """The feeds; only the snapshot node reads them."""

    name = "hand"

    def symbols(self) -> tuple[str, ...]:
        return ()

    def bars(self, *unused: object) -> Bars:
        raise AssertionError("a node read the market")

    def span(self, *unused: object) -> tuple[datetime, datetime]:
        raise AssertionError("a node read the market")

    def put(self, columns: Bars | Series) -> str:
        raise AssertionError("a node wrote columns")

    def series(self, digest: str) -> Series:
        raise AssertionError("a node read columns")


@dataclass
class Desk:
    """Memory, intents and broker that write down, in one journal, what is done to them."""

    lessons: dict[str, tuple[Lesson, ...]] = field(default_factory=dict)
    journal: list[tuple[str, Any]] = field(default_factory=list)
    committed: dict[str, OrderIntent] = field(default_factory=dict)
    received: list[Receipt] = field(default_factory=list)
    refuses: Exception | None = None

    def recall(self, decision_id: str, agent: str, query: str, as_of: datetime, regime: Regime) -> tuple[Lesson, ...]:
        assert as_of == AS_OF
        self.journal.append(("recall", (decision_id, agent, query, regime)))
        return self.lessons.get(agent, ())

    def learn(self, lessons: Sequence[Lesson]) -> None:
        self.journal.append(("learn", tuple(lessons)))

    def intend(self, intents: Sequence[OrderIntent]) -> tuple[OrderIntent, ...]:
        self.journal.append(("intend", tuple(intents)))
        return tuple(self.committed.setdefault(intent.client_order_id, intent) for intent in intents)

    def receive(self, answers: Sequence[Receipt]) -> None:
        self.journal.append(("receive", tuple(answers)))
        self.received += answers

    def receipts(self, decision_id: str) -> tuple[Receipt, ...]:
        return tuple(self.received)

    def account(self, symbol: str, as_of: datetime) -> AccountView:
        raise AssertionError("the account is in the snapshot")

    def known(self, bracket: Sequence[OrderIntent]) -> tuple[Receipt, ...] | None:
        return self.place(bracket) if ("place", tuple(bracket)) in self.journal else None

    def place(self, bracket: Sequence[OrderIntent]) -> tuple[Receipt, ...]:
        unknown = [intent for intent in bracket if intent.client_order_id not in self.committed]
        assert not unknown, "an order was sent before it was committed"
        self.journal.append(("place", tuple(bracket)))
        if self.refuses is not None:
            raise self.refuses
        return tuple(Receipt(client_order_id=intent.client_order_id, status="working") for intent in bracket)

    def done(self) -> list[str]:
        return [what for what, _ in self.journal]


@pytest.fixture
def desk() -> Desk:
    return Desk()


Opened = Callable[..., Deps]


@pytest.fixture
def opened(desk: Desk) -> Opened:
    """Deps over the recording desk: `opened(quick=chat, deep=chat, **settings)`."""

    def make(quick: ChatModel | None = None, deep: ChatModel | None = None, **settings: Any) -> Deps:
        chats: dict[ChatRole, ChatModel | None] = {"quick": quick, "deep": deep}
        nothing = Nothing()
        return Deps(
            settings=Settings(**settings), clock=NoClock(), market=nothing, store=nothing, broker=desk, intents=desk,
            memory=desk, chats=chats,
        )  # fmt: skip

    return make


def run(node: Node, deps: Deps, snapshot: Snapshot, **known: Any) -> CycleState:
    """What the node learns."""
    state = CycleState(id="d1", symbol="SPX", timeframe="1d", as_of=AS_OF, snapshot=snapshot)
    state.update(known)  # type: ignore[typeddict-item]
    return node(state, Runtime(context=deps))


def claim(identity: str, text: str = "The close is 100", **given: Any) -> Claim:
    return Claim(id=identity, text=text, **({"fact_ids": ("F1",)} | given))


def report(analyst: str, stance: float, conviction: float, *claims: Claim) -> Report:
    return Report(analyst=analyst, stance=stance, conviction=conviction, claims=claims, model="rules")


def lesson(agent: str, right: bool | None, n: int = 0, text: str = "it went as it went") -> Lesson:
    return Lesson(
        id=f"l{n}", agent=agent, text=text, evidence=(), learned_at=AS_OF, decision_id=f"e{n}", symbol="SPX",
        regime="calm", was_right=right,
    )  # fmt: skip


def said(text: str = "The close is 100", value: float | None = 100.0, **given: Any) -> dict[str, Any]:
    """One claim as a model would say it; true for a snapshot whose F1 is a close of 100."""
    claim = {"text": text, "value": value, "unit": "price", "fact_ids": ["F1"], "formula": None, "direction": "neutral"}
    return claim | given


def as_json(**answer: Any) -> str:
    return json.dumps(answer)


def asked_by(call: Call) -> str:
    return call.role


def traded(plan: Plan) -> tuple[Any, ...]:
    """Everything of a plan that money depends on."""
    return plan.action, plan.entry, plan.stop, plan.targets, plan.risk, plan.horizon, plan.expires_at
