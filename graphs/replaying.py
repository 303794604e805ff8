"""A finished decision once more: from the record, byte for byte, or with another model over the same snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, cast, get_args

from fks_agents import llm
from fks_agents.clock import FixedClock
from fks_agents.contracts import Cycle, Snapshot
from fks_agents.deps import Call, ChatModel, ChatRole, Deps
from fks_agents.errors import ConfigError, DataError, RefusedError, UsageError
from fks_agents.llm.budget import Budget
from fks_agents.llm.prices import Prices
from fks_agents.settings import Settings
from fks_agents.state import CycleState
from graphs.assembly import cycle_of, question
from graphs.comparing import Comparison, compared
from graphs.judging import as_judged, is_judged
from graphs.recorded import (
    NoMemory,
    RecordedBroker,
    RecordedChat,
    RecordedFeeds,
    RecordedGatekeeper,
    RecordedLibrary,
    RecordedMarket,
    RecordedMemory,
    RecordedResearch,
)
from graphs.replay import Replayed, differences
from graphs.rerun import Beside, silent, with_model
from graphs.spending import open_spending, replayed_budget, stages
from memory.decisions import Admission
from memory.ledger import Ledger

if TYPE_CHECKING:
    from graphs.desk import Desk
    from graphs.trading import TradingGraph


@dataclass(frozen=True)
class Replayer:
    desk: Desk

    def replay(self, decision_id: str) -> Replayed:
        original, admission, seen = self._seen(decision_id)
        deps = self._recorded(original, seen, self.desk.settings_of(admission))
        rebuilt = _played(admission, deps, original.seconds)
        return Replayed(rebuilt, original, differences(original, rebuilt))

    def rerun(self, decision_id: str, model: str) -> Comparison:
        original, admission, seen = self._seen(decision_id)
        desk, settings = self.desk, with_model(self.desk.settings_of(admission), model)
        desk.check_names(settings)
        opened, now = desk.chats(settings), desk.clock.now()
        judged = is_judged(opened)
        spending = open_spending(desk.ledger, original.id, settings, now, judged=judged, anew=True)
        chats = llm.chats_for(
            original.id, opened, Beside(desk.ledger.calls), settings,
            budget=spending.budget, stages=stages(judged=judged), prices=Prices(now),
        )  # fmt: skip
        deps = silent(self._recorded(original, seen, settings), original, chats, spending.budget)
        named = {role: settings.named_model(role) for role in get_args(ChatRole) if role in admission.models}
        asked = admission.model_copy(update={"models": named, "settings_digest": settings.digest})
        other = _played(asked, replace(deps, library=desk.library(settings)), 0.0)
        spending.close()
        return compared(original, other.model_copy(update={"id": f"{original.id}~{model}"}))

    def _seen(self, decision_id: str) -> tuple[Cycle, Admission, Snapshot]:
        original = self.desk.ledger.decisions.cycle(decision_id)
        if original.snapshot is None:
            raise UsageError(
                f"decision {original.id} ended before it saw any data ({original.reason}): nothing to replay"
            )
        return original, self.desk.ledger.decisions.admission(original.id), original.snapshot

    def _recorded(self, original: Cycle, snapshot: Snapshot, settings: Settings) -> Deps:
        ledger, store = self.desk.ledger, self.desk.store
        feeds, broker = RecordedFeeds(snapshot, store), RecordedBroker(original, snapshot.account)
        named = as_judged(original, self._named(settings))
        budget = replayed_budget(ledger, original.id, settings, judged=is_judged(named))
        return Deps(
            settings=settings,
            clock=FixedClock(original.as_of),
            market=RecordedMarket(snapshot, store, snapshot.source),
            store=store,
            broker=broker,
            intents=broker,
            memory=RecordedMemory(ledger.lessons) if settings.memory else NoMemory(),
            chats=llm.chats_for(original.id, named, ledger.calls, settings, budget=budget, replaying=True),
            budget=budget,
            macro=feeds,
            news=feeds,
            calendar=feeds,
            documents=feeds,
            library=RecordedLibrary(original) if settings.knowledge is not None else None,
            researchers=RecordedResearch(original.research, tuple(_asked_by_the_crew(ledger, original.id))),
            gatekeeper=RecordedGatekeeper(original.approval),
        )

    def _named(self, settings: Settings) -> Mapping[ChatRole, ChatModel | None]:
        """The models of the settings; only their names where they cannot be opened here. A replay asks nobody."""
        try:
            return self.desk.chats(settings)
        except ConfigError:
            named = {role: settings.named_model(role) for role in get_args(ChatRole)}
            return {role: None if name == "rules" else RecordedChat(name) for role, name in named.items()}


def _asked_by_the_crew(ledger: Ledger, decision_id: str) -> Iterator[Call]:
    return (kept.call for kept in ledger.calls.calls(decision_id) if kept.call.role.startswith("research."))


def _played(admission: Admission, deps: Deps, seconds: float) -> Cycle:
    """The cycle that comes out of the graph, without checkpoints or record."""
    state, failure = question(admission), None
    try:
        for step in _graph().stream(state, context=deps, stream_mode="values"):
            state = cast(CycleState, step)
    except (DataError, RefusedError) as error:
        failure = str(error)
    spent = deps.budget.told() if isinstance(deps.budget, Budget) else ()
    return cycle_of(state, admission, seconds, failure, spent)


@cache
def _graph() -> TradingGraph:
    from graphs.trading import build

    return build()
