"""What became of decisions: paper accounts run over newer bars, results are recorded, lessons learned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, cast

from fks_agents.agents.reflect import lessons_from
from fks_agents.bars import SECONDS, Bars
from fks_agents.contracts import Fill, Lesson, Result
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


class _Open(NamedTuple):
    """An open decision, and what tells the bars it waits for."""

    entry: Entry
    source: str
    horizon: int

    @property
    def fed_by(self) -> tuple[str, str, str, str]:
        return self.entry.account, self.source, self.entry.symbol, self.entry.timeframe

    @property
    def was_traded(self) -> bool:
        return self.entry.status in ("working", "filled")


CaughtUp = dict[str, tuple[datetime, frozenset[str]]]
"""Account -> how far it was run, and the decisions that were open then."""


@dataclass(frozen=True)
class Follower:
    desk: Desk

    def advance(self, until: datetime | None, account: str | None) -> tuple[Advanced, ...]:
        """Every open decision that saw a market (of one account, or of all); asking again changes nothing."""
        opened = sorted(
            map(self._opened, self.desk.ledger.decisions.open_decisions(account)),
            key=lambda each: (each.fed_by, each.entry.sequence),
        )
        groups = groupby(opened, key=lambda each: each.fed_by)
        return tuple(advanced for _, group in groups for advanced in self._run(list(group), until))

    def catch_up(self, account: str, until: datetime, known: CaughtUp) -> None:
        """As `advance`, where it has not been done yet for these decisions up to that moment.

        A scan asks for each of its symbols, and every time of every open decision would be another question to the
        exchange.
        """
        waiting = frozenset(
            entry.id for entry in self.desk.ledger.decisions.open_decisions(account) if entry.as_of < until
        )
        if not waiting or known.get(account) == (until, waiting):
            return
        advanced = self.advance(until, account)
        if all(each.problem is None for each in advanced):
            ended = {each.decision_id for each in advanced if each.result is not None}
            known[account] = (until, waiting - ended)

    def _opened(self, entry: Entry) -> _Open:
        settings = self.desk.ledger.decisions.admission(entry.id).settings
        return _Open(entry, str(settings["source"]), cast(int, settings["horizon"]))

    def _run(self, opened: list[_Open], until: datetime | None) -> Iterator[Advanced]:
        """One account over the bars of one symbol, then each of its open decisions.

        A feed that is gone (a file moved, an exchange unreachable) is a problem of these decisions, not of the others.
        """
        followed = [each for each in opened if self._saw_a_market(each.entry)]
        if not followed:
            return
        first = min((each.entry for each in followed), key=lambda entry: entry.as_of)
        settings = self.desk.settings_of(self.desk.ledger.decisions.admission(first.id))
        try:
            later = self._bars_after(first, settings, until)
        except (ConfigError, DataError) as error:
            for entry, *_ in followed:
                fills = self.desk.ledger.paper.fills(decision_id=entry.id)
                yield Advanced(entry.id, entry.account, entry.symbol, fills, float("nan"), None, (), str(error))
            return
        if not len(later):
            return
        broker = self.desk.broker(first.account, settings)
        equity = broker.advance(later).equity if isinstance(broker, PaperBroker) else float("nan")
        for each in followed:
            yield self._follow(each, later, equity)

    def _saw_a_market(self, entry: Entry) -> bool:
        """Without reading a decision of a hundred kilobytes where its status says so."""
        return entry.status != "no_decision" or self.desk.ledger.decisions.cycle(entry.id).snapshot is not None

    def _bars_after(self, entry: Entry, settings: Settings, until: datetime | None) -> Bars:
        market = self.desk.feeds(settings).market
        newest = market.span(entry.symbol, entry.timeframe)[1]
        end = newest if until is None else min(until, newest)
        if end <= entry.as_of:
            return market.bars(entry.symbol, entry.timeframe, newest, 1)[:0]
        count = int((end - entry.as_of).total_seconds() // SECONDS[entry.timeframe]) + 2
        bars = market.bars(entry.symbol, entry.timeframe, end, count).guard(end)
        return bars[len(bars.until(entry.as_of)) :]

    def _follow(self, each: _Open, later: Bars, equity: float) -> Advanced:
        entry, ledger = each.entry, self.desk.ledger
        own = later[len(later.until(entry.as_of)) :]
        fills = ledger.paper.fills(decision_id=entry.id)
        if not each.was_traded and len(own) < each.horizon:
            return Advanced(entry.id, entry.account, entry.symbol, fills, equity, None, ())
        cycle = ledger.decisions.cycle(entry.id)
        result = result_of(cycle, own, fills, each.horizon)
        if result is not None:
            result = result.model_copy(update={"lessons": lessons_from(cycle, result)})
            # Lessons first: a kill in between leaves the decision open, and learning a known lesson changes nothing.
            self.desk.memory.learn(result.lessons)
            ledger.results.record(result)
        lessons = result.lessons if result is not None else ()
        return Advanced(entry.id, entry.account, entry.symbol, fills, equity, result, lessons)
