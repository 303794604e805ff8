"""What a node may reach outside the state, and the protocols it reaches it through.

Nothing here is a global; a desk opens the live things once and hands them in. Times are aware UTC datetimes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, runtime_checkable

from pydantic import Field, JsonValue

from fks_agents.bars import Bars, Floats, Series
from fks_agents.contracts import (
    AccountView,
    Approval,
    CalendarEvent,
    Contract,
    Document,
    Fill,
    Headline,
    Lesson,
    OrderIntent,
    Receipt,
    Regime,
    Research,
    Snapshot,
    Timeframe,
)
from fks_agents.events import Events
from fks_agents.judgements import Passage
from fks_agents.settings import Settings
from fks_agents.state import CycleState
from fks_agents.vocabulary import Gated

if TYPE_CHECKING:
    from langgraph.runtime import Runtime

ChatRole = Literal["quick", "deep", "judge", "judge_2", "judge_3"]
JUDGES: tuple[ChatRole, ...] = ("judge", "judge_2", "judge_3")


class Clock(Protocol):
    def now(self) -> datetime:
        """The present, real or simulated; never goes back."""


# --- the market ---


class Market(Protocol):
    """A source of closed bars."""

    @property
    def name(self) -> str: ...

    def symbols(self) -> tuple[str, ...]:
        """Every symbol it knows, sorted; empty where the source cannot list them."""

    def bars(self, symbol: str, timeframe: Timeframe, as_of: datetime, count: int) -> Bars:
        """The last `count` bars closed at or before `as_of`; fewer only where the source begins.

        Raises UsageError for an unknown symbol or timeframe (naming the known ones), DataError where nothing is to be
        had or `as_of` lies before the first bar. Callers `guard` what comes back: a later bar is a LookaheadError.
        """

    def span(self, symbol: str, timeframe: Timeframe) -> tuple[datetime, datetime]:
        """Close of the first and of the last bar it can give."""


class Macro(Protocol):
    def series(self, as_of: datetime) -> tuple[Series, ...]:
        """Every series, cut to what was published at or before `as_of`."""


class News(Protocol):
    def headlines(self, symbol: str, as_of: datetime) -> tuple[Headline, ...]:
        """Headlines on `symbol` published at or before `as_of`, oldest first; raises DataError on a broken file."""


class Documents(Protocol):
    def documents(self, symbol: str, as_of: datetime) -> tuple[Document, ...]:
        """Documents on `symbol` published at or before `as_of`, oldest first; raises DataError on a broken file."""


class Calendar(Protocol):
    def events(self, as_of: datetime) -> tuple[CalendarEvent, ...]:
        """Scheduled events of the next seven days that were already announced at `as_of`."""


class Store(Protocol):
    """Columns by digest. Writing the same columns twice leaves one copy."""

    def put(self, columns: Bars | Series) -> str:
        """Keep the columns and return their digest; raises LedgerError where they cannot be written."""

    def bars(self, digest: str) -> Bars:
        """Raises DataError where the digest is unknown or the file does not give it back."""

    def series(self, digest: str) -> Series: ...


class Detector(Protocol):
    def __call__(self, bars: Bars, /) -> Events:
        """Every event confirmed on `bars`, by confirmation time. Causal: detect(bars[:t]) is a prefix of detect(bars)
        in all but `is_open`. Raises DataError on non-finite prices; too few bars give no events."""


class Forecaster(Protocol):
    def __call__(self, closes: Sequence[float], horizon: int, levels: Sequence[float], /) -> Floats:
        """Quantiles, ndarray of shape (horizon, len(levels)), rising along levels; from `closes` alone (oldest first).

        Raises DataError where closes are too few or not positive. The same input gives the same bytes.
        """


# --- the models ---


class Message(Contract):
    role: Literal["system", "user", "assistant"]
    text: str


class Call(Contract):
    """One request to a chat model; its digest is the key of the recorder."""

    model: str
    role: str
    """Which agent asks; part of the record, and of the key."""
    messages: tuple[Message, ...]
    answer_schema: dict[str, JsonValue]
    """JSON schema of the answer."""
    parameters: dict[str, JsonValue] = Field(default_factory=dict)


class Reply(Contract):
    text: str
    failure: str = ""
    """Why the call failed, in the recorder's memory; a chat model raises instead."""
    reasoning: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    """Latency of the call; not part of any digest."""
    money: float | None = None
    """US dollars; None where the price is not known, or the model answered outside a decision."""
    refused_by: Literal["", "breaker", "budget"] = ""
    """The gate that kept the call from being made, in the recorder's memory."""
    cached: bool = False
    """Whether it was answered from another decision's record, and cost nothing."""
    endpoint: str = ""
    """The server that answered, where the model has one; it is no part of the call, nor of any key."""


class Piece(NamedTuple):
    """Words of a reply while they are written. They count for nothing: the whole reply does, or its failure."""

    role: str
    key: str
    """The call's key in the recorder: tells apart replies that one role is given at the same time."""
    text: str = ""
    reasoning: str = ""
    is_first: bool = False
    """A try begins: what was told of this call before is void."""
    reply: Reply | None = None
    """Of the last piece: the reply as it was recorded."""


Hear = Callable[[Piece], None]


class ChatModel(Protocol):
    @property
    def name(self) -> str:
        """As the user wrote it: `ollama:llama3.2:3b`."""

    def ask(self, call: Call) -> Reply:
        """One reply. Raises ModelError where the call fails, times out, or comes back empty or cut off."""


@runtime_checkable
class Streaming(Protocol):
    """A chat model that can tell what it writes while it writes it."""

    def heard_by(self, hear: Hear) -> ChatModel:
        """The same model, telling each piece to `hear`, from the thread that asks."""


class CallLog(Protocol):
    """The recorder's memory: what was asked, and what came back."""

    def recorded(self, decision_id: str, key: str) -> Reply | None:
        """The reply of this decision's call, or None where it was not made yet."""

    def record(self, decision_id: str, key: str, call: Call, reply: Reply, *, shared: str = "") -> None:
        """Committed when this returns; `shared` names the question in every decision, empty where the reply may not
        serve another one. Raises LedgerError where it cannot be written."""

    def shared(self, shared: str) -> Reply | None:
        """A reply of any decision that was recorded under that name, or None."""


class Allowance(Protocol):
    """What a decision may still spend on its models."""

    def affords(
        self, role: str, calls: int, tokens: int = 0, *, giving_way: Literal["samples", "rounds"] = "samples"
    ) -> bool:
        """Whether `calls` more of `role` leave enough for one call of every role that has not spoken yet.

        `tokens` are those of one such call, prompt and answer; 0 means as many as the longest call so far had. True
        where `giving_way` does not give way by the settings.
        """


class Researchers(Protocol):
    def read(self, snapshot: Snapshot, chat: ChatModel | None) -> Research:
        """What the documents of the snapshot say; an abstention with its reason where that cannot be found out."""


# --- memory, orders ---


class Memory(Protocol):
    def recall(self, decision_id: str, agent: str, query: str, as_of: datetime, regime: Regime) -> tuple[Lesson, ...]:
        """Lessons of `agent` learned at or before `as_of`, most useful first; empty where there are none.

        What was recalled is recorded with the decision, so that asking again gives the same lessons.
        """

    def learn(self, lessons: Sequence[Lesson]) -> None:
        """Committed when this returns; learning a known id again changes nothing."""


class Library(Protocol):
    def search(self, query: str, as_of: datetime, count: int) -> tuple[Passage, ...]:
        """Passages published at or before `as_of` that bear on `query`, most useful first; empty where none does."""


class IntentLog(Protocol):
    def intend(self, intents: Sequence[OrderIntent]) -> tuple[OrderIntent, ...]:
        """Commit the intents before anything is sent; where the ids are known already, return what was committed."""

    def receive(self, answers: Sequence[Receipt]) -> None:
        """Append the broker's answers; committed when this returns."""

    def receipts(self, decision_id: str) -> tuple[Receipt, ...]:
        """Every answer to the decision's orders that was received, in the order they came."""


class Broker(Protocol):
    """Takes a bracket whole, or raises. Never drops one in silence."""

    def account(self, symbol: str, as_of: datetime) -> AccountView: ...

    def known(self, bracket: Sequence[OrderIntent]) -> tuple[Receipt, ...] | None:
        """What it answered to this bracket, or None where it never came. Sends nothing."""

    def place(self, bracket: Sequence[OrderIntent]) -> tuple[Receipt, ...]:
        """One receipt for each intent, in order. The same client order ids again change nothing: the broker answers
        what it knows. Raises RefusedError where the account does not allow it."""


@runtime_checkable
class Withdrawing(Protocol):
    """A broker that can take back what has not filled."""

    def withdraw(self, reason: str) -> tuple[Receipt, ...]:
        """Take back every entry of the account that still works, with the legs that wait for it. Positions keep their
        stops and targets. One receipt for each order that ended; asking again changes nothing."""


class Gatekeeper(Protocol):
    """Who is asked before an order goes out, beside the gate."""

    def halted(self) -> str | None:
        """Why no new order may be sent at this very moment, or None. Read anew at each call."""

    def answered(self, decision_id: str) -> Approval | None:
        """What a person said to this trade, or None where nobody has answered."""


class PaperBook(Protocol):
    """Where a paper account lives between runs; one transaction for each call."""

    def load(self, account: str) -> dict[str, JsonValue] | None:
        """The state of the account as the broker last saved it, or None where there is none."""

    def save(self, account: str, state: dict[str, JsonValue], fills: Sequence[Fill], expected: int) -> None:
        """Keep the state and append the fills, together. `expected` is the `version` the state was loaded with (0 for
        a new account); raises LedgerError where another writer was faster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """Everything a node may reach outside the state."""

    settings: Settings
    clock: Clock
    market: Market
    store: Store
    broker: Broker
    intents: IntentLog
    memory: Memory
    chats: dict[ChatRole, ChatModel | None] = field(default_factory=dict)
    """None means the rules view of each role."""
    budget: Allowance | None = None
    """None where nothing limits what is spent."""
    macro: Macro | None = None
    news: News | None = None
    calendar: Calendar | None = None
    documents: Documents | None = None
    researchers: Researchers | None = None
    library: Library | None = None
    """Dated documents a judge may cite; None where there are none."""
    gated: Gated = "paper"
    """What a pass of the gate lets happen; the policy says what it asks for that."""
    gatekeeper: Gatekeeper | None = None
    """None where nobody can be asked and nothing halts: a look, a test."""


class Node(Protocol):
    """One step of the cycle: reads the state, returns only what it learned."""

    def __call__(self, state: CycleState, runtime: Runtime[Deps]) -> CycleState: ...
