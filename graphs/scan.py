"""One cycle over many symbols: a decision for each whose newest closed bar no scan has decided on yet.

A bar is decided on once, whoever scans: its key is committed together with the decision's admission, or neither is. One
symbol's failure is told and stops none of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from fks_agents._redaction import redact
from fks_agents.contracts import Action, Contract, Cycle, Status, Timeframe, Utc
from fks_agents.errors import FksError, RefusedError
from graphs.desk import Desk
from memory.decisions import Admission
from memory.requests import Asked
from memory.scans import BarKey, DecidedError
from memory.watchlists import Watchlist as Watchlist
from tools.calendar.closes import last_close
from tools.market import is_live, sessions


class StoppedError(RefusedError):
    """Whoever scans wants no more of it now."""


Kind = Literal["decided", "admitted", "nothing_new", "stale", "halted", "failed", "left"]
"""What became of one symbol. `stale`: the bar that should be there is not. `left`: the scan was stopped before."""

AGAIN: frozenset[Kind] = frozenset({"stale", "halted", "failed", "left"})
"""Worth another look at the same bar."""

Admit = Callable[[str, Timeframe, Asked], Admission]
"""Admits one decision about the newest bar of a symbol. Raises DecidedError where a scan's decision is about it, and
StoppedError where it was waiting for its turn and is not wanted any more."""

Make = Callable[[Admission], Cycle]


class Scanned(Contract):
    """What became of one symbol."""

    symbol: str
    timeframe: Timeframe
    kind: Kind
    closed_at: Utc | None = None
    """Of the newest bar; None where it could not be had."""
    decision_id: str | None = None
    action: Action | None = None
    """None where the decision is not made yet."""
    status: Status | None = None
    reason: str = ""


@dataclass(frozen=True)
class Scan:
    """How symbols are scanned on one timeframe."""

    desk: Desk
    timeframe: Timeframe
    person: str
    """Who asks."""
    admit: Admit
    make: Make | None = None
    """Makes what was admitted; None leaves it to whoever takes on admissions."""
    due: datetime | None = None
    """The close a bar is expected for; None takes whatever is the newest bar."""
    check: Callable[[], None] = lambda: None
    """Called before each symbol; raises StoppedError where no more is wanted."""

    def one(self, symbol: str) -> Scanned:
        told: dict[str, object] = {}
        try:
            kind = self._look(symbol, told)
        except DecidedError as error:
            kind, told["reason"] = "nothing_new", str(error)
        except StoppedError as error:
            kind, told["reason"] = "left", str(error)
        except FksError as error:
            kind, told["reason"] = "failed", str(error)
        except Exception as error:  # a defect met with one symbol is told with it
            kind, told["reason"] = "failed", redact(f"broke off with {type(error).__name__}: {str(error)[:200]}")
        return Scanned.model_validate({"symbol": symbol, "timeframe": self.timeframe, "kind": kind, **told})

    def _look(self, symbol: str, told: dict[str, object]) -> Kind:
        desk = self.desk
        self.check()
        if (halt := desk.ledger.halts.current()) is not None:
            told["reason"] = str(halt)
            return "halted"
        newest = desk.feeds(desk.settings).market.span(symbol, self.timeframe)[1]
        told["closed_at"] = newest
        if self.due is not None and newest < self.due:
            told["reason"] = f"the newest bar closed at {_at(newest)}, one of {_at(self.due)} is expected"
            return "stale"
        key = BarKey(source=desk.settings.source, symbol=symbol, timeframe=self.timeframe, closed_at=newest)
        if (decided := desk.ledger.scans.decision(key)) is not None:
            told["decision_id"] = decided
            return "nothing_new"
        question = sha256(key.model_dump_json().encode()).hexdigest()
        admission = self.admit(
            symbol, self.timeframe, Asked(self.person, desk.clock.now(), None, question, is_scan=True)
        )  # fmt: skip
        told |= {"closed_at": admission.as_of, "decision_id": admission.id}
        if self.make is None:
            return "admitted"
        cycle = self.make(admission)
        told |= {"action": cycle.action, "status": cycle.status, "reason": cycle.reason}
        return "decided"


def scan(
    desk: Desk,
    symbols: Sequence[str],
    timeframe: Timeframe,
    *,
    person: str = "scan",
    delay: timedelta = timedelta(0),
    executor: Executor | None = None,
    check: Callable[[], None] = lambda: None,
    on_scanned: Callable[[Scanned], None] = lambda _: None,
) -> tuple[Scanned, ...]:
    """Decide on each symbol whose newest closed bar was not decided on yet; in the order given.

    Where time goes on in the source, the bar that closed last, `delay` before now, is expected there. An `executor` of
    threads makes several decisions side by side. `check` is called before each symbol, and raises StoppedError where no
    more is wanted.
    """
    one = Scan(
        desk, timeframe, person,
        admit=lambda symbol, on, asked: desk.admit(symbol, timeframe=on, asked=asked),
        make=lambda admission: desk.resume(admission.id),
        due=expected(desk, timeframe, delay), check=check,
    ).one  # fmt: skip
    return tuple(_told(map(one, symbols) if executor is None else executor.map(one, symbols), on_scanned))


def expected(desk: Desk, timeframe: Timeframe, delay: timedelta) -> datetime | None:
    """The close whose bar should be there by now; None where time stands still in the source."""
    source = desk.settings.source
    if not is_live(source):
        return None
    return last_close(timeframe, desk.clock.now() - delay, sessions(source))


def _told(found: Iterator[Scanned], tell: Callable[[Scanned], None]) -> Iterator[Scanned]:
    for scanned in found:
        tell(scanned)
        yield scanned


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
