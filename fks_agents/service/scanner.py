"""Watchlists scanned when their bars close, and outcomes looked for every hour.

What is due follows from the clock and from the ledger alone, so that a restart, a second service or a waking too many
changes nothing: a close that has a run is done, one that has none is due, and of several only the newest is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from time import perf_counter
from typing import Literal, Protocol, cast

from fks_agents.contracts import Timeframe
from fks_agents.errors import FksError, RefusedError, UsageError
from fks_agents.service.people import Person
from fks_agents.service.problems import Problem
from fks_agents.service.scan_metrics import ScanMetrics
from fks_agents.service.scan_status import ScannerStatus, left, status
from fks_agents.service.timetable import Due, Timetable
from fks_agents.service.waking import LOOK, Waking
from graphs.desk import Desk
from graphs.scan import AGAIN, Scan, StoppedError, Watchlist, expected
from memory.decisions import Admission
from memory.jobs import JobRun, Turn
from memory.requests import Asked
from tools.calendar.closes import last_close
from tools.market import sessions

_LOG = logging.getLogger("fks.service")

CLOCK = Person("scanner", "trader")
"""Who asks where nobody did."""

OUTCOMES = "outcomes"
HOURLY = Timetable("1h", "always")

Wanted = dict[Timeframe, tuple[str, ...]]


class Admits(Protocol):
    def __call__(self, symbol: str, *, timeframe: Timeframe | None = None, asked: Asked | None = None) -> Admission:
        """As `Desk.admit`."""


class Queue(Protocol):
    def ask(
        self, person: Person, admit: Callable[[Asked], Admission], question: str, key: str | None, at: datetime
    ) -> tuple[Admission, bool]:
        """As `Runner.ask`."""


@dataclass
class Scanner:
    """Open it once decisions can be admitted; close it before the runner is stopped."""

    desk: Desk
    queue: Queue
    metrics: ScanMetrics
    delay: timedelta
    """After a bar's close, until it is looked for."""
    is_on_by_default: bool = False
    patience: float = 1.0
    """Seconds between looks for room in a full queue."""
    _admit: Admits | None = None
    _waking: Waking | None = None
    _beside: Thread | None = None
    _scanning: Lock = field(default_factory=Lock)
    _checking: Lock = field(default_factory=Lock)
    _stopped: Event = field(default_factory=Event)
    _at: tuple[Timeframe, datetime] | None = None
    """What is being scanned by the clock."""
    _overrun: set[tuple[Timeframe, datetime]] = field(default_factory=set)

    def open(self, admit: Admits, *, is_woken: bool = True) -> None:
        """Take up what is due, and go on with the clock; raises ConfigError where APScheduler is not installed.

        One that is not woken does nothing until `scan_due` and `check_outcomes` are called.
        """
        self._admit = admit
        if is_woken:
            self._waking = Waking()
            self._waking.add("scan", self.scan_due, self.next_scan)
            self._waking.add(OUTCOMES, self.check_outcomes, self.next_check)
            self._waking.start()

    def close(self) -> None:
        """A running scan ends after the symbol it is at; the next start takes it up again."""
        self._stopped.set()
        if self._waking is not None:
            self._waking.stop()
        if self._beside is not None:
            self._beside.join()

    # --- what people do

    def start(self, by: str) -> None:
        self.desk.ledger.jobs.turn(Turn(is_on=True, by=by, at=self.desk.clock.now()))
        if self._waking is not None:
            self._waking.now("scan")

    def stop(self, by: str) -> None:
        """A running scan ends after the symbol it is at. Outcomes are looked for all the same."""
        self.desk.ledger.jobs.turn(Turn(is_on=False, by=by, at=self.desk.clock.now()))

    def scan_now(self, person: Person, watchlist: str | None = None) -> Wanted:
        """Begin a scan of all lists or of one, in the background and in that person's name, whatever is due.

        Raises RefusedError where trading is halted, a scan is running, or there is nothing to scan; UsageError for an
        unknown list.
        """
        if (halt := self.desk.ledger.halts.current()) is not None:
            raise RefusedError(str(halt))
        if not (wanted := self.wanted(watchlist)):
            raise RefusedError("there is no watchlist to scan")
        if not self._scanning.acquire(blocking=False):
            raise RefusedError("a scan is running already")
        self._beside = Thread(target=self._scan_beside, args=(wanted, person), name="scan", daemon=True)
        self._beside.start()
        return wanted

    # --- what the clock does

    def scan_due(self) -> None:
        """Scan every timeframe that has a close without a run; never two scans at once."""
        if not self._scanning.acquire(blocking=False):
            self._count_overruns()
            return
        try:
            # What falls due while a scan runs is taken up by the same waking.
            while self._scan_oldest_due():
                pass
        finally:
            self._scanning.release()

    def check_outcomes(self) -> None:
        """Run accounts over newer bars and record what ended, once for each hour."""
        with self._checking:
            now, jobs = self.desk.clock.now(), self.desk.ledger.jobs
            if (due := HOURLY.due(now, jobs.last(OUTCOMES))) is None:
                return
            began = perf_counter()
            found = self._looked_for_outcomes()
            run = JobRun.model_validate(
                {"job": OUTCOMES, "due_at": due.close, "at": now, "attempt": due.attempt, **found}
            )
            jobs.record(run.model_copy(update={"seconds": perf_counter() - began}))
            self.metrics.checks.labels(run.outcome).inc()

    # --- what stands where

    def status(self) -> ScannerStatus:
        return status(self)

    def is_on(self) -> bool:
        turns = self.desk.ledger.jobs.turns()
        return turns[-1].is_on if turns else self.is_on_by_default

    @property
    def is_scanning(self) -> bool:
        """Whether a scan runs in this process."""
        return self._scanning.locked()

    def job(self, timeframe: Timeframe, *, is_asked_for: bool = False) -> str:
        """The name its runs are kept under; those that people ask for have their own."""
        return f"scan {'now ' if is_asked_for else ''}{timeframe} {self.desk.settings.source}"

    def timetable(self, timeframe: Timeframe) -> Timetable:
        return Timetable(timeframe, sessions(self.desk.settings.source), self.delay)

    def wanted(self, watchlist: str | None = None) -> Wanted:
        """Every symbol that some list (or the one named) wants on a timeframe, once."""
        found: dict[Timeframe, dict[str, None]] = {}
        for listed in self._lists(watchlist):
            for timeframe in listed.timeframes:
                found.setdefault(timeframe, {}).update(dict.fromkeys(listed.symbols))
        return {timeframe: tuple(symbols) for timeframe, symbols in found.items()}

    def next_at(self, timeframe: Timeframe) -> datetime:
        """When that timeframe is scanned next, if the scanner is on."""
        return self.timetable(timeframe).next_at(self.desk.clock.now(), self.desk.ledger.jobs.last(self.job(timeframe)))

    def next_scan(self) -> datetime:
        """When to look again, as far as is known now."""
        now = self.desk.clock.now()
        if not self._is_to_scan():
            return now + LOOK
        if self.is_scanning:  # it takes up whatever falls due until it ends; the next close is an overrun
            return min((self.timetable(each).next_close(now) for each in self.wanted()), default=now + LOOK)
        return min((self.next_at(each) for each in self.wanted()), default=now + LOOK)

    def next_check(self) -> datetime:
        return HOURLY.next_at(self.desk.clock.now(), self.desk.ledger.jobs.last(OUTCOMES))

    # --- one scan

    def _scan_oldest_due(self) -> bool:
        """Whether one was due and made. The bar that closed first comes first: an account does not go back in time."""
        if not self._is_to_scan():
            return False
        wanted = self.wanted()
        every = [(due, timeframe) for timeframe in wanted if (due := self._due(timeframe)) is not None]
        if not every:
            return False
        due, timeframe = min(every, key=lambda each: each[0].close)
        job, last = self.job(timeframe), self.desk.ledger.jobs.last(self.job(timeframe))
        if due.missed_at is not None:
            self._record_missed(job, timeframe, due.missed, due.missed_at)
        symbols = wanted[timeframe]
        if last is not None and last.due_at == due.close:
            symbols = tuple(each for each in symbols if each in left(last))
        run = JobRun(
            job=job, timeframe=timeframe, due_at=due.close, outcome="done", at=self.desk.clock.now(),
            attempt=due.attempt,
        )  # fmt: skip
        self._at = (timeframe, due.close)
        try:
            return not self._scan(symbols, timeframe, CLOCK, run).is_cut_short
        finally:
            self._at = None

    def _scan_beside(self, wanted: Wanted, person: Person) -> None:
        try:
            now = self.desk.clock.now() - self.delay
            closes = {each: last_close(each, now, self.timetable(each).sessions) for each in wanted}
            for timeframe, close in sorted(closes.items(), key=lambda each: each[1]):
                run = JobRun(
                    job=self.job(timeframe, is_asked_for=True), timeframe=timeframe, due_at=close, outcome="done",
                    at=self.desk.clock.now(), by=person.name,
                )  # fmt: skip
                self._scan(wanted[timeframe], timeframe, person, run)
        except Exception:
            _LOG.exception("a scan broke off")
        finally:
            self._scanning.release()

    def _scan(self, symbols: Sequence[str], timeframe: Timeframe, person: Person, run: JobRun) -> JobRun:
        began = perf_counter()
        one = Scan(
            self.desk, timeframe, person.name, admit=lambda *asked: self._ask(person, *asked),
            due=expected(self.desk, timeframe, self.delay), check=lambda: self._check(person),
        ).one  # fmt: skip
        scanned = tuple(map(one, symbols))
        done = run.model_copy(
            update={
                "seconds": perf_counter() - began,
                "is_complete": not any(each.kind in AGAIN for each in scanned),
                "is_cut_short": any(each.kind == "left" for each in scanned),
                "told": [each.model_dump(mode="json") for each in scanned],
            }
        )
        self.desk.ledger.jobs.record(done)
        self.metrics.observe(timeframe, done, scanned)
        return done

    def _ask(self, person: Person, symbol: str, timeframe: Timeframe, asked: Asked) -> Admission:
        """Admit by way of the queue; where it is full, wait for room."""
        admit = cast(Admits, self._admit)
        while True:
            try:
                return self.queue.ask(
                    person, lambda own: admit(symbol, timeframe=timeframe, asked=own._replace(is_scan=True)),
                    asked.question, None, asked.at,
                )[0]  # fmt: skip
            except Problem as problem:
                if problem.status != 429:
                    raise
            self.metrics.waits.inc(self.patience)
            self._stopped.wait(self.patience)
            self._check(person)

    def _check(self, person: Person) -> None:
        if self._stopped.is_set():
            raise StoppedError("the service stops")
        if person == CLOCK and not self.is_on():
            raise StoppedError("the scanner was stopped")

    def _looked_for_outcomes(self) -> dict[str, object]:
        try:
            advanced = self.desk.advance()
        except FksError as error:
            return {"outcome": "failed", "reason": str(error), "is_complete": False}
        problems = sorted({each.problem for each in advanced if each.problem is not None})
        ended = sum(each.result is not None for each in advanced)
        told = {"open": len(advanced) - ended, "ended": ended}
        return {"outcome": "done", "told": told, "is_complete": not problems, "reason": "; ".join(problems)}

    # --- what is due

    def _is_to_scan(self) -> bool:
        return not self._stopped.is_set() and self.is_on() and self.desk.ledger.halts.current() is None

    def _due(self, timeframe: Timeframe) -> Due | None:
        return self.timetable(timeframe).due(self.desk.clock.now(), self.desk.ledger.jobs.last(self.job(timeframe)))

    def _count_overruns(self) -> None:
        """Each close once, however often somebody looks while a scan runs."""
        if self._at is None or not self._is_to_scan():
            return
        for timeframe in self.wanted():
            due = self._due(timeframe)
            if due is not None and (found := (timeframe, due.close)) not in self._overrun | {self._at}:
                self._overrun.add(found)
                self.metrics.overruns.inc()

    def _record_missed(self, job: str, timeframe: Timeframe, count: int, at: datetime) -> None:
        why, reason = self._why_missed(at + self.delay)
        now = self.desk.clock.now()
        run = JobRun(job=job, timeframe=timeframe, due_at=at, outcome="missed", at=now, count=count, reason=reason)
        self.desk.ledger.jobs.record(run)
        self.metrics.missed.labels(why).inc(count)

    def _why_missed(self, at: datetime) -> tuple[Literal["halted", "stopped", "overrun", "down"], str]:
        """A word for the counter, and what was the case when the last of them was due."""
        ledger = self.desk.ledger
        halts = [halt for halt in ledger.halts.log() if halt.at <= at]
        if halts and halts[-1].is_halted:
            return "halted", str(halts[-1])
        turns = [turn for turn in ledger.jobs.turns() if turn.at <= at]
        if turns and not turns[-1].is_on:
            return "stopped", f"the scanner was stopped by {turns[-1].by}"
        if any(run.at <= at <= run.at + timedelta(seconds=run.seconds) for run in ledger.jobs.newest("scan ")):
            return "overrun", "a scan was still running"
        return "down", "no service was running"

    def _lists(self, name: str | None = None) -> tuple[Watchlist, ...]:
        found = {each.name: each.watchlist for each in self.desk.ledger.watchlists.newest()}
        if name is not None and name not in found:
            raise UsageError(f"unknown watchlist {name!r}; expected one of {', '.join(found) or 'none yet'}")
        lists = found.values() if name is None else (found[name],)
        return tuple(each for each in lists if each is not None)
