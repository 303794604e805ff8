"""Where the scanner stands: whether it is on, what it scanned last, and when it will again."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pydantic import AwareDatetime, BaseModel, ConfigDict

from fks_agents.contracts import NonNegative, Timeframe
from graphs.scan import AGAIN, Scanned
from memory.jobs import JobRun, Outcome
from tools.calendar.closes import Sessions
from tools.market import is_live

if TYPE_CHECKING:
    from fks_agents.service.scanner import Scanner


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class ScanRun(Frozen):
    """What became of one close, or of several that were missed one after the other."""

    job: str
    timeframe: Timeframe | None
    """None for the hourly look for outcomes."""
    due_at: AwareDatetime
    """The close it was for."""
    outcome: Outcome
    at: AwareDatetime
    seconds: NonNegative
    by: str
    """`clock`, or who asked for it out of turn."""
    count: int
    """Closes it stands for; more than one only where they were missed."""
    attempt: int
    is_complete: bool
    """Whether nothing is left to look for again."""
    reason: str
    counts: dict[str, int]
    """Symbols by what became of them; of a look for outcomes, decisions that are `open` and that `ended`."""
    symbols: tuple[Scanned, ...]


class FrameStatus(Frozen):
    timeframe: Timeframe
    symbols: int
    sessions: Sessions
    next_at: AwareDatetime | None
    """None while nothing is scanned: the scanner is off, or trading is halted."""
    last: ScanRun | None
    """By the clock, or asked for by a person."""


class ScannerStatus(Frozen):
    is_on: bool
    by: str | None
    """Who started or stopped it last; None where nobody has yet."""
    at: AwareDatetime | None
    halted: str | None
    """Why nothing is scanned although it is on."""
    is_scanning: bool
    """By this service; another one on the same ledger may scan, too."""
    source: str
    is_live: bool
    """Whether time goes on in the source; in a file only what is written to it anew is scanned."""
    delay: NonNegative
    """Seconds after a close, until it is scanned."""
    timeframes: tuple[FrameStatus, ...]
    outcomes: ScanRun | None
    """The last hourly look for what became of decisions."""
    next_outcomes_at: AwareDatetime


def status(scanner: Scanner) -> ScannerStatus:
    jobs, halt = scanner.desk.ledger.jobs, scanner.desk.ledger.halts.current()
    turns, is_on, source = jobs.turns(), scanner.is_on(), scanner.desk.settings.source
    is_idle = not is_on or halt is not None
    frames = tuple(
        FrameStatus(
            timeframe=timeframe, symbols=len(symbols), sessions=scanner.timetable(timeframe).sessions,
            next_at=None if is_idle else scanner.next_at(timeframe),
            last=_newest(jobs.last(scanner.job(timeframe)), jobs.last(scanner.job(timeframe, is_asked_for=True))),
        )
        for timeframe, symbols in scanner.wanted().items()
    )  # fmt: skip
    return ScannerStatus(
        is_on=is_on, by=turns[-1].by if turns else None, at=turns[-1].at if turns else None,
        halted=None if halt is None else str(halt), is_scanning=scanner.is_scanning, source=source,
        is_live=is_live(source), delay=scanner.delay.total_seconds(), timeframes=frames,
        outcomes=_told(jobs.last("outcomes")), next_outcomes_at=scanner.next_check(),
    )  # fmt: skip


def told(run: JobRun) -> ScanRun:
    """A run as people see it."""
    symbols = scanned_of(run)
    named = {name: getattr(run, name) for name in ScanRun.model_fields if name in JobRun.model_fields}
    return ScanRun(
        **named, symbols=symbols,
        counts=run.told if isinstance(run.told, dict) else Counter(each.kind for each in symbols),
    )  # fmt: skip


def scanned_of(run: JobRun) -> tuple[Scanned, ...]:
    """What became of each symbol in a run."""
    return tuple(Scanned.model_validate(each) for each in run.told) if isinstance(run.told, list) else ()


def left(run: JobRun) -> frozenset[str]:
    """Symbols of a run that are worth another look."""
    return frozenset(each.symbol for each in scanned_of(run) if each.kind in AGAIN)


def _told(run: JobRun | None) -> ScanRun | None:
    return None if run is None else told(run)


def _newest(*runs: JobRun | None) -> ScanRun | None:
    return _told(max((run for run in runs if run is not None), key=lambda run: run.at, default=None))
