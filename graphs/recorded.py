"""The outside world as one decision saw it: what a replay reads instead of feeds, accounts and clocks."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from fks_agents.bars import Bars, Series
from fks_agents.contracts import (
    AccountView,
    Approval,
    CalendarEvent,
    Cycle,
    Document,
    Headline,
    Lesson,
    OrderIntent,
    Passage,
    Receipt,
    Regime,
    Research,
    Snapshot,
    Timeframe,
)
from fks_agents.deps import Call, ChatModel, Reply, Store
from fks_agents.errors import DataError, ModelError, RefusedError
from memory.lessons import Lessons


@dataclass(frozen=True)
class RecordedMarket:
    """Bars of one snapshot, from the store."""

    snapshot: Snapshot
    store: Store
    name: str = "recorded"

    def symbols(self) -> tuple[str, ...]:
        return (self.snapshot.symbol,)

    def bars(self, symbol: str, timeframe: Timeframe, as_of: datetime, count: int) -> Bars:
        stored = next((kept for kept in self.snapshot.bars if kept.timeframe == timeframe), None)
        if stored is None or symbol != self.snapshot.symbol:
            raise DataError(f"the decision read no {timeframe} bars of {symbol}")
        return self.store.bars(stored.digest).until(as_of)[-count:]

    def span(self, symbol: str, timeframe: Timeframe) -> tuple[datetime, datetime]:
        del symbol, timeframe
        return self.snapshot.as_of, self.snapshot.as_of


@dataclass(frozen=True)
class RecordedFeeds:
    """Macro series, headlines and calendar of one snapshot."""

    snapshot: Snapshot
    store: Store

    def series(self, as_of: datetime) -> tuple[Series, ...]:
        return tuple(self.store.series(kept.digest).until(as_of) for kept in self.snapshot.series)

    def headlines(self, symbol: str, as_of: datetime) -> tuple[Headline, ...]:
        del symbol, as_of
        return self.snapshot.headlines

    def documents(self, symbol: str, as_of: datetime) -> tuple[Document, ...]:
        del symbol, as_of
        return self.snapshot.documents

    def events(self, as_of: datetime) -> tuple[CalendarEvent, ...]:
        del as_of
        return self.snapshot.calendar


@dataclass(frozen=True)
class RecordedBroker:
    """The account as it was, and the broker's answers as they were; sends nothing."""

    cycle: Cycle
    account_view: AccountView

    def account(self, symbol: str, as_of: datetime) -> AccountView:
        del symbol, as_of
        return self.account_view

    def known(self, bracket: Sequence[OrderIntent]) -> tuple[Receipt, ...] | None:
        return self.place(bracket)

    def place(self, bracket: Sequence[OrderIntent]) -> tuple[Receipt, ...]:
        """The recorded answers; raises RefusedError, as the broker did then, where there were none."""
        answers = {receipt.client_order_id: receipt for receipt in self.cycle.receipts}
        if any(intent.client_order_id not in answers for intent in bracket):
            raise RefusedError(self.cycle.reason)
        return tuple(answers[intent.client_order_id] for intent in bracket)

    def intend(self, intents: Sequence[OrderIntent]) -> tuple[OrderIntent, ...]:
        """Intents of a replay are compared, never committed."""
        return tuple(intents)

    def receive(self, answers: Sequence[Receipt]) -> None:
        del answers

    def receipts(self, decision_id: str) -> tuple[Receipt, ...]:
        del decision_id
        return ()


@dataclass(frozen=True)
class RecordedResearch:
    """What the crew found then; it need not be installed where its findings are read again."""

    research: Research | None
    calls: tuple[Call, ...] = ()
    """What the crew asked; asked again of the same model's record, so that what was spent is counted."""

    def read(self, snapshot: Snapshot, chat: ChatModel | None) -> Research:
        del snapshot
        for call in self.calls:
            if chat is not None and chat.name == call.model:
                with suppress(ModelError):
                    chat.ask(call)
        return self.research or Research(abstained="the decision ended before anybody researched", model="none")


@dataclass(frozen=True)
class RecordedGatekeeper:
    """The answer that was given then, by a person or by the clock; halts nothing."""

    approval: Approval | None

    def halted(self) -> str | None:
        return None

    def answered(self, decision_id: str) -> Approval | None:
        del decision_id
        is_recorded = self.approval is not None and self.approval.status != "not_needed"
        return self.approval if is_recorded else None


@dataclass(frozen=True)
class RecordedMemory:
    """The lessons each agent was shown then; learns nothing."""

    lessons: Lessons

    def recall(self, decision_id: str, agent: str, query: str, as_of: datetime, regime: Regime) -> tuple[Lesson, ...]:
        del query, as_of, regime
        return self.lessons.get(self.lessons.recalled(decision_id, agent) or ())

    def learn(self, lessons: Sequence[Lesson]) -> None:
        del lessons


@dataclass(frozen=True)
class RecordedLibrary:
    """The passages that the decision's judges were shown."""

    cycle: Cycle

    def search(self, query: str, as_of: datetime, count: int) -> tuple[Passage, ...]:
        del query, as_of, count
        found = {passage.id: passage for each in self.cycle.verdict.judgements for passage in each.passages}
        return tuple(found.values())


@dataclass(frozen=True)
class RecordedChat:
    """The name of a model that cannot be opened here; its answers are on record."""

    name: str

    def ask(self, call: Call) -> Reply:
        raise ModelError(f"not recorded: a call of {call.role} to {self.name}")


@dataclass(frozen=True)
class NoMemory:
    """Remembers nothing: memory switched off."""

    def recall(self, decision_id: str, agent: str, query: str, as_of: datetime, regime: Regime) -> tuple[Lesson, ...]:
        del decision_id, agent, query, as_of, regime
        return ()

    def learn(self, lessons: Sequence[Lesson]) -> None:
        del lessons
