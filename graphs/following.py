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
from fks_agents.errors import ConfigError, DataError
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
    problem: str | None = None
    """Why its bars could not be had this time; the decision stays open."""


@dataclass(frozen=True)
class Follower:
    desk: Desk

    def advance(self, until: datetime | None, account: str | None) -> tuple[Advanced, ...]:
        """Every open decision that saw a market (of one account, or of all); asking again changes nothing."""
        decisions = self.desk.ledger.decisions.open_decisions(account)
        groups = groupby(sorted(decisions, key=self._fed_by), key=lambda entry: self._fed_by(entry)[:4])
        return tuple(advanced for _, group in groups for advanced in self._run(list(group), until))

    def _fed_by(self, entry: Entry) -> tuple[str, str, str, str, int]:
        """What tells the bars an open decision is waiting for, and its place among those that wait for the same."""
        source = str(self.desk.ledger.decisions.admission(entry.id).settings["source"])
        return entry.account, source, entry.symbol, entry.timeframe, entry.sequence

    def _run(self, entries: list[Entry], until: datetime | None) -> Iterator[Advanced]:
        """One account over the bars of one symbol, then each of its open decisions.

        A feed that is gone (a file moved, an exchange unreachable) is a problem of these decisions, not of the others.
        """
        cycles = {entry.id: self.desk.ledger.decisions.cycle(entry.id) for entry in entries}
        followed = [entry for entry in entries if cycles[entry.id].snapshot is not None]
        if not followed:
            return
        first = min(followed, key=lambda entry: entry.as_of)
        settings = self.desk.settings_of(self.desk.ledger.decisions.admission(first.id))
        try:
            later = self._bars_after(first, settings, until)
        except (ConfigError, DataError) as error:
            for entry in followed:
                fills = self.desk.ledger.paper.fills(decision_id=entry.id)
                yield Advanced(entry.id, entry.account, entry.symbol, fills, float("nan"), None, (), str(error))
            return
        if not len(later):
            return
        broker = self.desk.broker(first.account, settings)
        equity = broker.advance(later).equity if isinstance(broker, PaperBroker) else float("nan")
        for entry in followed:
            yield self._follow(entry, cycles[entry.id], later, equity)

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
