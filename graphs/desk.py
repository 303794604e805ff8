"""A desk: settings and live things opened once; decisions made, resumed, replayed and followed to their end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self, cast, runtime_checkable

from fks_agents import llm
from fks_agents._redaction import redact
from fks_agents._running import HearStep, deciding
from fks_agents.clock import FixedClock
from fks_agents.contracts import Approval, Cycle, Snapshot, Timeframe
from fks_agents.deps import (
    Broker,
    Calendar,
    ChatModel,
    ChatRole,
    Clock,
    Deps,
    Documents,
    Hear,
    Library,
    Macro,
    Market,
    Memory,
    News,
    Piece,
    Researchers,
)
from fks_agents.errors import DataError, FksError, LedgerError, RefusedError, UsageError
from fks_agents.llm.budget import Budget
from fks_agents.llm.prices import Prices
from fks_agents.metrics import Metrics
from fks_agents.settings import Settings, places
from fks_agents.state import CycleState
from graphs import live
from graphs.approving import Approvals, Keeper
from graphs.assembly import cycle_of, question
from graphs.comparing import Comparison
from graphs.following import Advanced, CaughtUp, Follower
from graphs.judging import check_policy, is_judged, purse_for
from graphs.limiting import effective
from graphs.recorded import (
    NoMemory,
)
from graphs.replay import Replayed
from graphs.replaying import Replayer
from graphs.running import alone
from graphs.spending import check_prices, open_spending, stages
from graphs.steps import AfterSteps, UnkeptStepError
from memory.decisions import Admission
from memory.ledger import Ledger
from memory.requests import Asked
from tools import detectors, forecasters
from tools.bars.store import ParquetStore
from tools.calendar import open_calendar
from tools.macro import open_macro
from tools.market import open_market
from tools.news import open_documents, open_news

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver

    from graphs.behind import Behind
    from graphs.trading import TradingGraph

OnEvent = Callable[[str, Mapping[str, Any]], None]
"""Called after each node with its name and what it learned; before the first one with `admitted` and the id; while
models write, with `token` and `reply` (see `graphs.live.event`), and after each that was paid for with `meter` and the
`Usage` so far."""


@runtime_checkable
class Closing(Protocol):
    def close(self) -> None: ...


class Feeds(NamedTuple):
    market: Market
    macro: Macro | None = None
    news: News | None = None
    calendar: Calendar | None = None
    documents: Documents | None = None


def open_feeds(source: str, headlines: Path | None, documents: Path | None = None) -> Feeds:
    """Every feed of a source; raises UsageError or DataError where one cannot be read."""
    return Feeds(
        open_market(source), open_macro(source), open_news(headlines), open_calendar(source), open_documents(documents)
    )


@dataclass(frozen=True)
class Desk(AbstractContextManager["Desk"]):
    """Everything that outlives one decision. Close it, or use it in a `with` block."""

    settings: Settings
    ledger: Ledger
    store: ParquetStore
    memory: Memory
    feeds: Callable[[Settings], Feeds]
    chats: Callable[[Settings], Mapping[ChatRole, ChatModel | None]]
    broker: Callable[[str, Settings], Broker]
    """The broker of an account."""
    checkpoints: Callable[[], BaseCheckpointSaver[str]]
    """Called once, when the first decision runs."""
    clock: Clock
    metrics: Metrics | None = None
    """Counts what is recorded here, where somebody asks for it."""
    library: Callable[[Settings], Library | None] = lambda _: None
    """Documents that judges may cite."""
    side_by_side: int = 1
    """Decisions it is used to make at once: each leaves the others a part of the day's budget."""

    def analyze(
        self,
        symbol: str,
        *,
        timeframe: Timeframe | None = None,
        as_of: datetime | None = None,
        on_event: OnEvent | None = None,
    ) -> Cycle:
        """Decide on `symbol` as of a moment (default: the close of the newest bar), and record the decision.

        Raises UsageError, ConfigError or DataError for what cannot be studied, before anything is admitted. A feed that
        fails later ends the decision as `no_decision`, recorded, and is raised again.
        """
        admission = self.admit(symbol, timeframe=timeframe, as_of=as_of)
        with deciding(admission.id, self._hear_step), alone(self.ledger, self.settings.home, admission.id):
            return self._run(admission, self.settings_of(admission), on_event, is_resumed=False)

    def admit(
        self,
        symbol: str,
        *,
        timeframe: Timeframe | None = None,
        as_of: datetime | None = None,
        asked: Asked | None = None,
        **changes: object,
    ) -> Admission:
        """Commit to a decision without making it; `resume` makes it. `changes` are settings for this decision alone;
        limits that people have set on this ledger count, and may be made stricter so.

        Raises what `analyze` raises before it admits, and RefusedError where the key of `asked` was taken meanwhile.
        """
        given = changes | ({} if timeframe is None else {"timeframe": timeframe})
        settings = effective(self.settings, self.ledger, **given)
        market = self.feeds(settings).market
        moment = self._moment(market, symbol, settings.timeframe, as_of)
        self.check_names(settings)
        account = _standing_account(settings) if as_of is None else settings.account or None
        if account is not None:
            Follower(self).catch_up(account, moment, self._caught_up)
            # An account that has seen later bars says so here, before anything is admitted.
            self.broker(account, settings).account(symbol, moment)
        return self.ledger.decisions.admit(symbol, settings.timeframe, moment, settings, account=account, asked=asked)

    def look(self, symbol: str, *, as_of: datetime | None = None) -> Snapshot:
        """What the agents would be told; nothing is decided or recorded.

        Raises what `analyze` raises before it admits, and DataError where no agent would be asked.
        """
        from langgraph.runtime import Runtime

        from fks_agents.agents.snapshot import snapshot

        settings, feeds = self.settings, self.feeds(self.settings)
        moment = self._moment(feeds.market, symbol, settings.timeframe, as_of)
        deps = self._live(settings, feeds, _standing_account(settings), moment, NoMemory(), {})
        seen = snapshot(
            {"id": "", "symbol": symbol, "timeframe": settings.timeframe, "as_of": moment}, Runtime(context=deps)
        )
        if "stopped" in seen:
            raise DataError(seen["stopped"])
        return seen["snapshot"]

    def resume(self, decision_id: str, on_event: OnEvent | None = None) -> Cycle:
        """Finish a decision that was interrupted; one that is finished comes back as recorded, one that waits for a
        person as it stands.

        Raises RefusedError where another process is making it now.
        """
        admission = self.ledger.decisions.admission(decision_id)
        self.approvals.reopen(admission)
        with deciding(admission.id, self._hear_step), alone(self.ledger, self.settings.home, admission.id):
            if self.ledger.decisions.is_finished(admission.id):
                return self.ledger.decisions.cycle(admission.id)
            return self._run(admission, self.settings_of(admission), on_event, is_resumed=True)

    def replay(self, decision_id: str) -> Replayed:
        """Rebuild a finished decision from what was recorded; nothing is fetched, asked or sent."""
        return Replayer(self).replay(decision_id)

    def rerun(self, decision_id: str, model: str) -> Comparison:
        """A finished decision's snapshot with another model, live, in every role but the judges'.

        Nothing is sent, and nothing enters the history: see `graphs.rerun`. Raises what `analyze` raises for the model.
        """
        return Replayer(self).rerun(decision_id, model)

    def advance(self, *, until: datetime | None = None, account: str | None = None) -> tuple[Advanced, ...]:
        """Run paper accounts over newer closed bars (up to `until`, default: all there are), and record what ended."""
        return Follower(self).advance(until, account)

    def cancel(self, decision_id: str, reason: str) -> Cycle:
        """End a decision that is not finished, as `no_decision`, or as `refused` where its trade was sized already.

        Raises RefusedError where it is being made now, where it is finished, and where orders were committed: those are
        never given up.
        """
        admission = self.ledger.decisions.admission(decision_id)
        with alone(self.ledger, self.settings.home, admission.id):
            if self.ledger.decisions.is_finished(admission.id):
                raise RefusedError(f"decision {admission.id} is finished already")
            if self.ledger.orders.intents(admission.id):
                raise RefusedError(f"decision {admission.id} has orders; `fks resume {admission.id}` finishes it")
            config: Any = {"configurable": {"thread_id": admission.id}}
            try:
                begun = self._has_begun(admission, config)
                state = cast(CycleState, self._graph.get_state(config).values if begun else {})
            except UnkeptStepError:
                state = {}  # steps that cannot be read must not keep it from being ended
            cycle = cycle_of(state, admission, 0.0, reason, ())
            self.ledger.decisions.finish(cycle)
            self._saver.delete_thread(admission.id)
        return cycle

    @cached_property
    def approvals(self) -> Approvals:
        """Trades that wait for a person."""
        return Approvals(self)

    def pending(self, decision_id: str) -> Cycle:
        """A decision that waits for a person, as it stands; nothing of it is recorded as decided yet."""
        from graphs.checkpoints import OutdatedStepError

        admission = self.ledger.decisions.admission(decision_id)
        marks = self.ledger.ideas.marks(admission.id)
        try:
            state = cast(CycleState, self._graph.get_state({"configurable": {"thread_id": admission.id}}).values)
        except OutdatedStepError as error:
            raise RefusedError(f"decision {admission.id} cannot be answered, cancel it: {error}") from None
        if not marks or "sized" not in state:
            raise RefusedError(f"decision {admission.id} waits for nobody")
        asked = Approval(status="pending", by="policy", at=admission.as_of, reason=marks[0].reason)
        return cycle_of(state | {"approval": asked}, admission, 0.0, None, ())

    def settings_of(self, admission: Admission) -> Settings:
        """The settings a decision was admitted with, where things lie now."""
        here = self.settings
        given = {name: getattr(here, name) for name in places()}
        return Settings.model_validate(admission.settings | given)

    def close(self) -> None:
        parts: tuple[object, ...] = (self.__dict__.get("_saver"), self.library, self.memory, self.ledger)
        for part in parts:
            if isinstance(part, Closing):
                part.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *unused: object) -> None:
        self.close()

    def check_names(self, settings: Settings) -> None:
        """Raises where a setting names what is not there: found by a node, it would end an admitted decision."""
        for detector in settings.detectors:
            detectors.get(detector)
        for forecaster in settings.forecasters:
            forecasters.get(forecaster)
        opened = self.chats(settings)
        check_policy(settings.policy, opened)
        self.library(settings)
        check_prices(settings, opened, self.clock.now())
        for chat in {id(chat): chat for chat in opened.values()}.values():
            llm.preflight(chat)

    def _moment(self, market: Market, symbol: str, timeframe: Timeframe, as_of: datetime | None) -> datetime:
        if as_of is not None and as_of.tzinfo is None:
            raise UsageError(f"as_of: expected a time with a zone (2018-12-24T21:00:00Z), was {as_of.isoformat()!r}")
        if as_of is not None and as_of > self.clock.now():
            raise UsageError(f"as_of: expected a time that has passed, was {as_of.isoformat()}")
        moment = as_of or market.span(symbol, timeframe)[1]
        market.bars(symbol, timeframe, moment, 1).guard(moment)
        return moment

    def _run(self, admission: Admission, settings: Settings, on_event: OnEvent | None, *, is_resumed: bool) -> Cycle:
        if on_event is not None:
            on_event("admitted", {"id": admission.id})
        started = perf_counter()
        config: Any = {"configurable": {"thread_id": admission.id}}
        ended = Ended()
        judged = is_judged(self.chats(settings))
        begun = is_resumed and self._has_begun(admission, config)
        spending = open_spending(
            self.ledger, admission.id, settings, self.clock.now(), judged=judged, anew=not is_resumed,
            side_by_side=self.side_by_side,
        )  # fmt: skip
        hear = live.tell if on_event is not None else None
        deps = self._deps(admission, settings, spending.budget, hear, begun=is_resumed)
        for node, learned in self._steps(None if begun else question(admission), admission, deps, config, ended):
            if on_event is not None:
                on_event(node, learned)
                for usage in spending.news():
                    on_event("meter", {"usage": usage})
        if ended.asking is not None:
            spending.close()
            self.approvals.propose(admission, ended.asking)
            return self.pending(admission.id)
        failure = ended.error
        state = ended.state if ended.state is not None else cast(CycleState, self._graph.get_state(config).values)
        told = _told(failure) if failure else None
        cycle = cycle_of(state, admission, perf_counter() - started, told, spending.budget.told())
        self.ledger.decisions.finish(cycle)
        spending.close()
        if self.metrics is not None:
            self.metrics.observe(cycle)
        # The ledger now holds the whole decision; its checkpoints (half a megabyte) have done their work.
        self._saver.delete_thread(admission.id)
        if failure is not None and not isinstance(failure, RefusedError):
            raise failure
        return cycle

    def _steps(
        self, given: CycleState | None, admission: Admission, deps: Deps, config: Any, ended: Ended
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Run the graph, or go on with it where nothing is given: each node and what it learned.

        Steps are kept while the next ones run: what must not be lost is in the ledger before it is used. An error that
        ends the decision goes to `ended`; raised is one after which it can go on, because nothing could be recorded or
        orders are under way.
        """
        try:
            for mode, told in self._graph.stream(
                given,
                config,
                context=deps,
                stream_mode=["updates", "custom", "values"],
                durability="sync",
            ):
                yield from ended.heard(str(mode), told)
            if ended.asking is not None:
                self._saver.flush(admission.id)
        except UnkeptStepError as error:
            raise LedgerError(
                f"the steps of decision {admission.id} cannot be kept: {error}; `fks resume {admission.id}` goes on"
            ) from error
        except LedgerError:
            raise
        except Exception as error:
            # Whatever it is, it would come again at each resume; only orders are never given up for it.
            if self.ledger.orders.intents(admission.id):
                raise
            ended.error = error

    def _has_begun(self, admission: Admission, config: Any) -> bool:
        """Whether there are steps to go on from. Those of another version are forgotten: calls and lessons shown are in
        the ledger, so that a new beginning asks nobody twice. Raises LedgerError where orders were committed."""
        from graphs.checkpoints import OutdatedStepError

        self._saver.begin_again(admission.id)
        try:
            return self._graph.get_state(config).created_at is not None
        except OutdatedStepError as error:
            if self.ledger.orders.intents(admission.id):
                raise LedgerError(
                    f"decision {admission.id} has orders, and another version kept its steps: resume it with that one "
                    f"({error})"
                ) from error
            self._saver.delete_thread(admission.id)
            return False

    def _deps(
        self, admission: Admission, settings: Settings, budget: Budget, hear: Hear | None, *, begun: bool
    ) -> Deps:
        opened = self.chats(settings)
        chats = llm.chats_for(
            admission.id, opened, self.ledger.calls, settings, budget=budget, stages=stages(judged=is_judged(opened)),
            purse=purse_for(self.ledger, settings.policy, admission.id, admission.as_of),
            prices=Prices(self.clock.now()), hear=hear, begun=begun,
        )  # fmt: skip
        memory = self.memory if settings.memory else NoMemory()
        feeds = self.feeds(settings)
        return self._live(settings, feeds, admission.account, admission.as_of, memory, chats, budget)

    def _live(
        self,
        settings: Settings,
        feeds: Feeds,
        account: str,
        as_of: datetime,
        memory: Memory,
        chats: dict[ChatRole, ChatModel | None],
        budget: Budget | None = None,
    ) -> Deps:
        return Deps(
            settings=settings,
            clock=FixedClock(as_of),
            market=feeds.market,
            store=self.store,
            broker=self.broker(account, settings),
            intents=AfterSteps(self.ledger.orders, lambda decision: self._saver.flush(decision)),
            memory=memory,
            chats=chats,
            budget=budget,
            macro=feeds.macro,
            news=feeds.news,
            calendar=feeds.calendar,
            documents=feeds.documents,
            library=self.library(settings),
            researchers=_crew(settings) if feeds.documents is not None else None,
            gatekeeper=Keeper(self),
        )

    @cached_property
    def _caught_up(self) -> CaughtUp:
        return {}

    @property
    def _hear_step(self) -> HearStep | None:
        return None if self.metrics is None else self.metrics.step

    @cached_property
    def _graph(self) -> TradingGraph:
        from graphs.trading import build

        return build(self._saver)

    @cached_property
    def _saver(self) -> Behind:
        from graphs.behind import Behind

        return Behind(self.checkpoints())


def _crew(settings: Settings) -> Researchers:
    from graphs.research_crew import ResearchCrew

    return ResearchCrew(settings)


@dataclass
class Ended:
    """How a run of the graph came to its end."""

    state: CycleState | None = None
    """What was known at its last step; None where it made none."""
    error: Exception | None = None
    asking: str | None = None
    """What a person is asked before it goes on."""

    def heard(self, mode: str, told: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """What listeners are told of one piece of the graph's stream; the rest is kept."""
        if mode == "custom":
            yield live.event(cast(Piece, told))
        elif mode == "values":
            self.state = cast(CycleState, told)
        else:
            for node, learned in cast(dict[str, Any], told).items():
                if node == "__interrupt__":
                    self.asking = learned[0].value["reason"]
                else:
                    yield node, learned or {}


def _told(failure: Exception) -> str:
    """Why, in one line; what is not one of our own errors is a defect and says its name."""
    if isinstance(failure, FksError):
        return str(failure)
    first = (str(failure).strip().splitlines() or [""])[0][:200]
    return redact(f"broke off with {type(failure).__name__}: {first}")


def _standing_account(settings: Settings) -> str:
    """The account of decisions about now: one for each source, because each source has a now of its own."""
    return settings.account or f"main@{settings.source}"
