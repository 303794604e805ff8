"""What became of decisions: paper accounts run over newer bars, results are recorded, lessons learned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from fks_agents.agents.reflect import lessons_from
from fks_agents.bars import SECONDS, Bars
from fks_agents.contracts import Cycle, Fill, Lesson, Result
from fks_agents.settings import Settings
from graphs.outcomes import result_of
from memory.decisions import Entry
from tools.brokers.paper import PaperBroker

if TYPE_CHECKING:
    from graphs.desk import Desk


class Advanced(NamedTuple):
    """One open decision after its account has seen newer bars."""

    decision_id: str
    account: str
    symbol: str
    fills: tuple[Fill, ...]
    """Of this decision, all so far."""
    equity: float
    """Of the account, marked at the newest bar."""
    result: Result | None
    """None while the decision is open."""
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True)
class Follower:
    desk: Desk

    def advance(self, until: datetime | None, account: str | None) -> tuple[Advanced, ...]:
        """Every open decision that saw a market (of one account, or of all); asking again changes nothing."""
        decisions = self.desk.ledger.decisions.open_decisions(account)
        of_account = sorted(decisions, key=lambda entry: (entry.account, entry.symbol, entry.timeframe, entry.sequence))
        groups = groupby(of_account, key=lambda entry: (entry.account, entry.symbol, entry.timeframe))
        return tuple(advanced for _, group in groups for advanced in self._run(list(group), until))

    def _run(self, entries: list[Entry], until: datetime | None) -> Iterator[Advanced]:
        """One account over the bars of one symbol, then each of its open decisions."""
        first = min(entries, key=lambda entry: entry.as_of)
        settings = self.desk.settings_of(self.desk.ledger.decisions.admission(first.id))
        later = self._bars_after(first, settings, until)
        if not len(later):
            return
        broker = self.desk.broker(first.account, settings)
        equity = broker.advance(later).equity if isinstance(broker, PaperBroker) else float("nan")
        for entry in entries:
            cycle = self.desk.ledger.decisions.cycle(entry.id)
            if cycle.snapshot is not None:
                yield self._follow(entry, cycle, later, equity)

    def _bars_after(self, entry: Entry, settings: Settings, until: datetime | None) -> Bars:
        market = self.desk.feeds(settings).market
        newest = market.span(entry.symbol, entry.timeframe)[1]
        end = newest if until is None else min(until, newest)
        if end <= entry.as_of:
            return market.bars(entry.symbol, entry.timeframe, newest, 1)[:0]
        count = int((end - entry.as_of).total_seconds() // SECONDS[entry.timeframe]) + 2
        bars = market.bars(entry.symbol, entry.timeframe, end, count).guard(end)
        return bars[len(bars.until(entry.as_of)) :]

    def _follow(self, entry: Entry, cycle: Cycle, later: Bars, equity: float) -> Advanced:
        ledger = self.desk.ledger
        horizon = self.desk.settings_of(ledger.decisions.admission(entry.id)).horizon
        own = later[len(later.until(entry.as_of)) :]
        fills = ledger.paper.fills(decision_id=entry.id)
        result = result_of(cycle, own, fills, horizon)
        if result is not None:
            result = result.model_copy(update={"lessons": lessons_from(cycle, result)})
            # Lessons first: a kill in between leaves the decision open, and learning a known lesson changes nothing.
            self.desk.memory.learn(result.lessons)
            ledger.results.record(result)
        lessons = result.lessons if result is not None else ()
        return Advanced(entry.id, entry.account, entry.symbol, fills, equity, result, lessons)
