"""Every value that flows, in the order a cycle learns it. This path never changes: checkpoints name it.

All are frozen, refuse unknown fields and non-finite numbers, and keep times aware and in UTC. None is `strict`: the
checkpoint reader would then hand back unvalidated objects without a word.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from fks_agents import _record
from fks_agents.approvals import Approval as Approval
from fks_agents.judgements import Judgement as Judgement, Passage as Passage
from fks_agents.outside import (
    CalendarEvent as CalendarEvent,
    Document as Document,
    Finding as Finding,
    Headline as Headline,
    Research as Research,
    Support as Support,
    ToolUse as ToolUse,
)  # fmt: skip
from fks_agents.proposals import Proposal as Proposal
from fks_agents.samples import Samples as Samples
from fks_agents.usage import Bite as Bite, Spent as Spent, Usage as Usage
from fks_agents.vocabulary import (
    Action as Action,
    Contract as Contract,
    Direction as Direction,
    FactId as FactId,
    Fraction as Fraction,
    NonNegative as NonNegative,
    Outcome as Outcome,
    Positive as Positive,
    Regime as Regime,
    Side as Side,
    Signed as Signed,
    Status as Status,
    Timeframe as Timeframe,
    Unit as Unit,
    Utc as Utc,
)  # fmt: skip

# --- what is known ---


class Fact(Contract):
    """One value known at `as_of`; the only thing an agent may quote."""

    id: FactId
    name: str
    value: float | str
    """A number, or a word where the unit is `label`."""
    unit: Unit
    timeframe: Timeframe | None = None
    """None for what no bar carries: macro series, account, headlines."""
    as_of: Utc
    """When the value became known: close of the last bar used, or publication."""
    source: str


class Event(Contract):
    """One market-structure event, as a causal detector saw it."""

    detector: str
    kind: str
    direction: Direction
    formed_at: Utc
    """Open time of the bar that carries the event's level."""
    confirmed_at: Utc
    """Close time of the bar after which the event is known; never changes afterwards."""
    level: float
    """The price that matters; of a zone, its nearer edge."""
    far_level: float | None = None
    """Of a zone, its far edge."""
    strength: NonNegative = 0.0
    """Size in average true ranges."""
    is_open: bool = True
    """False once price has gone through the level or filled the zone."""


class Forecast(Contract):
    """Quantiles of the close, `horizon` bars ahead, step by step."""

    forecaster: str
    horizon: Annotated[int, Field(gt=0)]
    levels: tuple[Fraction, ...]
    """Quantile levels in rising order, e.g. 0.1, 0.5, 0.9."""
    path: tuple[tuple[float, ...], ...]
    """One row for each step 1..horizon, one price for each level."""
    skill: float | None = None
    """1 - loss / loss of the random walk, measured on past data only; None where too little past exists."""

    @model_validator(mode="after")
    def _is_rectangular(self) -> Self:
        if len(self.path) != self.horizon or any(len(row) != len(self.levels) for row in self.path):
            raise ValueError(f"path must be {self.horizon} rows of {len(self.levels)} prices")
        return self


class Quality(Contract):
    """How far the bars can be trusted."""

    score: Annotated[float, Field(ge=0.0, le=100.0)]
    reasons: tuple[str, ...] = ()
    """One line for each deduction."""


class Position(Contract):
    side: Side
    quantity: Positive
    average_price: Positive
    unrealised: float


class AccountView(Contract):
    """The paper or broker account just before the decision."""

    equity: float
    cash: float
    position: Position | None = None
    working_orders: Annotated[int, Field(ge=0)] = 0
    ordered: NonNegative = 0.0
    """Value of the entries that still work in the symbol, in account currency."""
    day_return: float = 0.0
    """Since the previous day's close, as a fraction of equity."""
    drawdown: Fraction = 0.0
    """From the highest equity, as a fraction."""
    losing_streak: Annotated[int, Field(ge=0)] = 0
    last_trade_at: Utc | None = None
    """When the last entry was placed or filled."""
    closed_trades: Annotated[int, Field(ge=0)] = 0
    win_rate: Fraction | None = None
    payoff: Positive | None = None
    """Mean win divided by mean loss, of closed trades; None before both were seen."""


class StoredBars(Contract):
    """Where the bars behind the facts lie: Parquet, by digest."""

    timeframe: Timeframe
    digest: str
    count: Annotated[int, Field(gt=0)]


class StoredSeries(Contract):
    name: str
    digest: str


class Snapshot(Contract):
    """Everything the agents may know, at one moment."""

    symbol: str
    source: str
    timeframe: Timeframe
    as_of: Utc
    price: Positive
    """Close of the last closed bar."""
    regime: Regime
    facts: tuple[Fact, ...]
    quality: Quality
    events: tuple[Event, ...] = ()
    forecasts: tuple[Forecast, ...] = ()
    headlines: tuple[Headline, ...] = ()
    documents: tuple[Document, ...] = ()
    calendar: tuple[CalendarEvent, ...] = ()
    account: AccountView
    bars: tuple[StoredBars, ...] = ()
    series: tuple[StoredSeries, ...] = ()

    @property
    def digest(self) -> str:
        """sha256 of the content; ids and run time do not enter it."""
        facts = [fact.model_dump_json(exclude={"id"}) for fact in self.facts]
        rest = self.model_dump_json(
            exclude={"facts": True, "headlines": {"__all__": {"id"}}, "documents": {"__all__": {"id"}}}
        )
        return sha256("\n".join([*facts, rest]).encode()).hexdigest()

    def fact(self, name: str, timeframe: Timeframe | None = None) -> Fact | None:
        """The fact of that name (on that timeframe, default any), or None where it is not known."""
        return next((f for f in self.facts if f.name == name and timeframe in (None, f.timeframe)), None)


# --- what is said ---


class Claim(Contract):
    """One checkable statement. The gate recomputes every number in it."""

    id: str
    """`<author>.<n>`, unique in its cycle."""
    text: str
    value: float | None = None
    unit: Unit | None = None
    fact_ids: tuple[str, ...] = ()
    """As the author cited them; whether they exist is for the gate to find out."""
    formula: str | None = None
    """Arithmetic over fact ids that gives `value`: `F12 - 2 * F17`."""
    direction: Direction = "neutral"
    support: Support = "facts"
    """Set by code from what is cited; a claim with less than `facts` makes no trade and no larger one."""


class Check(Contract):
    """One thing the gate looked at, and what came of it."""

    rule: str
    subject: str
    """A claim id, or the part of the plan that was looked at."""
    outcome: Outcome
    reason: str
    stated: str | None = None
    computed: str | None = None
    fact_ids: tuple[str, ...] = ()


class Spoken(Contract):
    """What every statement of an agent carries."""

    claims: tuple[Claim, ...] = ()
    abstained: str | None = None
    """Why there is no view; None where there is one."""
    caught: tuple[Check, ...] = ()
    """Failing checks of a first version that the author was shown and asked to correct."""
    model: str
    """`rules`, or the name of the model that wrote it."""
    prompt: str | None = None
    """`<role>/v<N>@<digest>`; None for rules."""
    recalled: tuple[str, ...] = ()
    """Ids of the lessons the author was shown."""
    tools: tuple[ToolUse, ...] = ()
    conviction_before: Fraction | None = None
    """Conviction before the author's own record made it smaller; None where it did not."""
    bites: tuple[Bite, ...] = ()
    """Gates that stopped, shortened or replaced what the author's model would have said."""


class Report(Spoken):
    analyst: str
    stance: Signed = 0.0
    conviction: Fraction = 0.0
    is_exposed: bool = False
    """Whether its author was shown words from outside: the report then has no vote."""

    @model_validator(mode="after")
    def _an_abstention_says_nothing(self) -> Self:
        if self.abstained is not None and (self.claims or self.stance or self.conviction):
            raise ValueError("an abstention has no stance, conviction or claims")
        return self


class Turn(Spoken):
    speaker: Literal["bull", "bear"]
    round: Annotated[int, Field(ge=1)]
    rebuts: tuple[str, ...] = ()
    """Ids of the other side's claims that this turn answers."""


class Plan(Spoken):
    """What to do, or why nothing."""

    author: str
    action: Action
    conviction: Fraction = 0.0
    entry: Positive | None = None
    """Limit price."""
    stop: Positive | None = None
    targets: tuple[Positive, ...] = ()
    risk: Fraction = 0.0
    """Fraction of equity lost if the stop is hit."""
    horizon: Annotated[int, Field(ge=0)] = 0
    """Bars the trade is given, from entry."""
    expires_at: Utc | None = None
    """When an unfilled entry is withdrawn."""
    reason: str = ""
    samples: Samples | None = None

    @model_validator(mode="after")
    def _levels_belong_to_a_trade(self) -> Self:
        trades = self.action in ("buy", "sell")
        if trades and (self.entry is None or self.stop is None or not self.targets or self.expires_at is None):
            raise ValueError(f"{self.action} needs entry, stop, targets and expires_at")
        if not trades and (self.entry is not None or self.stop is not None or self.targets):
            raise ValueError(f"{self.action} has no entry, stop or targets")
        if (self.action == "no_decision") != (self.abstained is not None):
            raise ValueError("no_decision and a reason in `abstained` come together")
        return self


class Choice(Contract):
    """Whose plan is taken, and why."""

    persona: str
    reason: str
    plan: Plan


# --- what is allowed and done ---


class LimitEvent(Contract):
    """One limit that bit: the quantity before and after it."""

    limit: str
    before: NonNegative
    after: NonNegative
    reason: str


class Sized(Contract):
    """The plan's size after code has looked at it; zero where a limit forbids the trade."""

    quantity: NonNegative
    """In units of the instrument."""
    notional: NonNegative
    """quantity x entry, in account currency."""
    risk: NonNegative
    """Fraction of equity lost if the stop is hit."""
    method: str
    limits: tuple[LimitEvent, ...] = ()


class Verdict(Contract):
    outcome: Outcome
    reason: str
    checks: tuple[Check, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    """Of the judges that were asked after every rule had passed."""
    warnings: tuple[str, ...] = ()


class OrderIntent(Contract):
    """An order as it is committed to the ledger before it is sent. Never made twice."""

    client_order_id: str
    decision_id: str
    leg: Literal["entry", "stop", "target"]
    symbol: str
    side: Side
    type: Literal["limit", "stop", "market"]
    quantity: Positive
    price: Positive
    placed_at: Utc
    expires_at: Utc | None = None
    horizon: Annotated[int, Field(ge=0)] = 0
    """Of an entry: bars the position is given, the one it fills in included; 0 means without end."""
    reduce_only: bool = False

    @staticmethod
    def id_for(decision_id: str, leg: str) -> str:
        """The same decision and leg always give the same client order id (32 hex digits)."""
        return sha256(f"{decision_id}/{leg}".encode()).hexdigest()[:32]


class Receipt(Contract):
    """The broker's word on one intent."""

    client_order_id: str
    status: Literal["working", "waiting", "filled", "rejected", "halted"]
    """`waiting`: accepted, becomes live when the entry fills; `halted`: never sent."""
    reason: str = ""


class Fill(Contract):
    client_order_id: str
    decision_id: str
    leg: Literal["entry", "stop", "target", "horizon"]
    symbol: str
    side: Side
    quantity: Positive
    price: Positive
    fee: NonNegative
    """In account currency."""
    at: Utc
    """Close of the bar inside which it filled."""
    is_ambiguous: bool = False
    """Stop and target lay in the same bar and the path inside it is unknown."""


class Lesson(Contract):
    """What one agent learned from one ended decision. Cannot be read before `learned_at`."""

    id: str
    agent: str
    text: str
    evidence: tuple[str, ...]
    learned_at: Utc
    decision_id: str
    symbol: str
    regime: Regime
    was_right: bool | None = None
    """Whether the agent's stance had the sign of what the market did; None where it had no stance."""


class Result(Contract):
    """How a decision ended, once its horizon is over. Refusals and abstentions have results too."""

    decision_id: str
    symbol: str
    ended_at: Utc
    kind: Literal["target", "stop", "horizon", "expired", "not_traded"]
    profit: float = 0.0
    """Realised, after fees, in account currency."""
    r_multiple: float = 0.0
    """profit / amount at risk between entry and stop."""
    market_return: float
    """Close at the end / close at the decision - 1: what the market did meanwhile."""
    lessons: tuple[Lesson, ...] = ()


# --- the whole ---


class Cycle(Contract):
    """One decision from first fact to order, as the ledger keeps it."""

    id: str
    symbol: str
    timeframe: Timeframe
    as_of: Utc
    action: Action
    status: Status
    reason: str
    """Why this action and status, in one line."""
    models: dict[str, str]
    """`quick`, `deep` -> model name."""
    settings_digest: str
    snapshot: Snapshot | None = None
    """None where the data could not be had."""
    research: Research | None = None
    reports: tuple[Report, ...] = ()
    debate: tuple[Turn, ...] = ()
    draft: Plan | None = None
    proposals: tuple[Plan, ...] = ()
    choice: Choice | None = None
    sized: Sized | None = None
    verdict: Verdict
    approval: Approval | None = None
    orders: tuple[OrderIntent, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    usage: Usage = Usage()
    seconds: NonNegative = 0.0
    """Wall time of the run; not part of the digest."""

    @property
    def plan(self) -> Plan | None:
        """The plan that was judged: the chosen persona's, else the manager's; None where nobody planned."""
        return self.choice.plan if self.choice is not None else self.draft

    @property
    def facts(self) -> tuple[Fact, ...]:
        return self.snapshot.facts if self.snapshot is not None else ()

    @property
    def digest(self) -> str:
        """sha256 of the whole cycle without ids and wall-clock times."""
        return _record.digest(self)

    def as_json(self) -> str:
        """One JSON object: every field, and what is read off them (`facts`, `plan`, `digest`) beside."""
        return _record.as_json(self)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `as_json` wrote; raises DataError where it does not parse or its digest does not fit."""
        return _record.from_json(cls, text)

    def save(self, path: Path | str) -> Path:
        Path(path).write_text(self.as_json() + "\n", encoding="utf-8")
        return Path(path)

    @classmethod
    def load(cls, path: Path | str) -> Self:
        return cls.from_json(Path(path).read_text(encoding="utf-8"))

    def explain(self) -> str:
        """The decision as plain text: what was seen, said, checked, allowed and done."""
        from fks_agents import _explain

        return _explain.explain(self)


CHECKPOINTED: tuple[type[Contract], ...] = (
    Snapshot, Fact, Event, Forecast, Headline, CalendarEvent, Quality, Position, AccountView, StoredBars, StoredSeries,
    Report, Turn, Claim, Check, Plan, Choice, LimitEvent, Sized, Judgement, Passage, Verdict, Approval, OrderIntent,
    Receipt, Fill, Lesson, Result, Cycle, Document, Finding, Research, ToolUse, Samples, Bite, Spent, Usage,
    Proposal,
)  # fmt: skip
"""What the checkpoint serializer may read back; a test holds it against this file."""
