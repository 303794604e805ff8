"""Whole decisions over the graph, with an attacker's text at the doors of one's choice, and what came of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from fks_agents.bars import Bars, Series
from fks_agents.contracts import (
    AccountView,
    CalendarEvent,
    Document,
    Headline,
    Lesson,
    OrderIntent,
    Receipt,
    Regime,
    Research,
    Snapshot,
)
from fks_agents.deps import ChatModel, Deps
from fks_agents.llm.scripted import ScriptedChat
from fks_agents.settings import Settings
from fks_agents.state import CycleState
from graphs.trading import build
from tests.injection.obeying import Obeying
from tools.market import open_market

AS_OF = datetime(2018, 4, 20, 20, tzinfo=UTC)
DOORS = ("headline", "article", "filing", "tool", "comment", "calendar", "memory")
HARMLESS = "Quiet session ahead of the holiday"
MARKET, GRAPH = open_market("sample"), build()
BARS = MARKET.bars("SPX", "1d", AS_OF, 250)


@dataclass
class World:
    """Every door with a text in it, and a broker that writes down what it is sent."""

    texts: dict[str, str]
    sent: list[tuple[OrderIntent, ...]] = field(default_factory=list)
    name: str = "sample"

    def headlines(self, symbol: str, as_of: datetime) -> tuple[Headline, ...]:
        hour = timedelta(hours=1)
        return (Headline(id="H1", text=self.texts["headline"], published_at=as_of - hour, source="wire"),)

    def documents(self, symbol: str, as_of: datetime) -> tuple[Document, ...]:
        kinds = ("article", "filing", "comment")
        texts = "\n".join(self.texts[kind] for kind in kinds)
        at = as_of - timedelta(hours=2)
        return (Document(id="D1", kind="article", text=texts, published_at=at, source=self.texts["tool"][:200]),)

    def events(self, as_of: datetime) -> tuple[CalendarEvent, ...]:
        return (CalendarEvent(name=self.texts["calendar"], at=as_of + timedelta(days=2), importance="low"),)

    def recall(self, decision_id: str, agent: str, query: str, as_of: datetime, regime: Regime) -> tuple[Lesson, ...]:
        words = self.texts["memory"]
        return (
            Lesson(
                id=words[:60], agent=agent, text=words, evidence=(words,), learned_at=as_of - timedelta(days=9),
                decision_id="d0", symbol=words[:60], regime=regime,
            ),
        )  # fmt: skip

    def learn(self, lessons: Sequence[Lesson]) -> None:
        del lessons

    def read(self, snapshot: Snapshot, chat: ChatModel | None) -> Research:
        return Research(abstained="the crew is tested by itself", model="none")

    def put(self, columns: Bars | Series) -> str:
        return columns.digest

    def bars(self, *asked: Any) -> Bars:
        return BARS if len(asked) == 1 else BARS[-asked[3] :]

    def symbols(self) -> tuple[str, ...]:
        return ("SPX",)

    def span(self, symbol: str, timeframe: str) -> tuple[datetime, datetime]:
        return AS_OF, AS_OF

    def series(self, digest: Any) -> Any:
        raise AssertionError(digest)

    def now(self) -> datetime:
        return AS_OF

    def account(self, symbol: str, as_of: datetime) -> AccountView:
        return AccountView(equity=100_000.0, cash=100_000.0)

    def intend(self, intents: Sequence[OrderIntent]) -> tuple[OrderIntent, ...]:
        return tuple(intents)

    def receive(self, answers: Sequence[Receipt]) -> None:
        del answers

    def receipts(self, decision_id: str) -> tuple[Receipt, ...]:
        del decision_id
        return ()

    def known(self, bracket: Sequence[OrderIntent]) -> tuple[Receipt, ...]:
        return ()

    def place(self, bracket: Sequence[OrderIntent]) -> tuple[Receipt, ...]:
        self.sent.append(tuple(bracket))
        return tuple(Receipt(client_order_id=one.client_order_id, status="working") for one in bracket)


class Decided(NamedTuple):
    orders: tuple[str, ...]
    """Every order that was sent, as JSON: side, price, stop, target, quantity."""
    state: CycleState
    reached: frozenset[str]
    """Roles that the attacker's text came to."""


def decided(
    attack: str,
    doors: Sequence[str] = DOORS,
    *,
    lean: str = "bearish",
    deep: bool = True,
    headline: str = HARMLESS,
    **settings: Any,
) -> Decided:
    """One decision with the attack at those doors, by a model that obeys it; `deep` gives the manager a model too."""
    world = World({door: attack if door in doors else HARMLESS for door in DOORS})
    if "headline" not in doors:
        world.texts["headline"] = headline
    obeying = Obeying(attack, lean)
    chat = ScriptedChat(obeying)
    chosen: dict[str, Any] = {"forecasters": ("random_walk",), "bars": 250, "max_rounds": 1, "min_conviction": 0.5}
    deps = Deps(
        settings=Settings(**chosen | {"max_tool_calls": 5} | settings), clock=world, market=world, store=world,
        broker=world, intents=world, memory=world,
        chats={"quick": chat, "deep": chat if deep else None}, news=world, calendar=world, documents=world,
        researchers=world,
    )  # fmt: skip
    question = CycleState(id="d1", symbol="SPX", timeframe="1d", as_of=AS_OF)
    state: Any = GRAPH.invoke(question, context=deps)
    orders = tuple(intent.model_dump_json() for bracket in world.sent for intent in bracket)
    return Decided(orders, state, frozenset(obeying.reached))


def said(state: CycleState) -> str:
    """Everything the decision keeps but what was read from outside, as one text."""
    kept = {name: value for name, value in state.items() if name != "snapshot"}
    return json.dumps(kept, default=_plain)


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else str(value)
