"""What a job that goes by bar closes is to do, from the clock and what became of its last due time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from fks_agents.contracts import Timeframe
from memory.jobs import JobRun
from tools.calendar.closes import Sessions, closes_between, last_close, next_close

ATTEMPTS = 3
"""Looks at one close where something is late or failed."""

AGAIN_AFTER = timedelta(seconds=60)
"""Until the second look; until the third one twice as long."""


class Due(NamedTuple):
    close: datetime
    attempt: int = 1
    missed: int = 0
    """Closes before it that nothing was done for."""
    missed_at: datetime | None = None
    """The last one of them."""


@dataclass(frozen=True)
class Timetable:
    """Something is done at every close of `timeframe`, `delay` later."""

    timeframe: Timeframe
    sessions: Sessions
    delay: timedelta = timedelta(0)

    def due(self, now: datetime, last: JobRun | None) -> Due | None:
        """The newest close that is not done with; the ones before it are missed for good.

        Where nothing was ever done, the newest close is due and none was missed.
        """
        close = last_close(self.timeframe, now - self.delay, self.sessions)
        if last is None:
            return Due(close)
        if last.due_at < close:
            missed = closes_between(self.timeframe, last.due_at, close, self.sessions)
            before = last_close(self.timeframe, close - timedelta(microseconds=1), self.sessions)
            return Due(close, missed=missed, missed_at=before if missed else None)
        if is_over(last) or now < _again_at(last):
            return None
        return Due(last.due_at, last.attempt + (not last.is_cut_short))

    def next_at(self, now: datetime, last: JobRun | None) -> datetime:
        """When something is due next; `now` where it is due already."""
        if self.due(now, last) is not None:
            return now
        close = self.next_close(now)
        return close if last is None or is_over(last) else min(close, _again_at(last))

    def next_close(self, now: datetime) -> datetime:
        """When the next close that is not due yet will be."""
        return next_close(self.timeframe, now - self.delay, self.sessions) + self.delay


def is_over(run: JobRun) -> bool:
    """Whether its due time is done with. One that was stopped half way never is: it goes on at the next start."""
    return run.is_complete or (run.attempt >= ATTEMPTS and not run.is_cut_short)


def _again_at(run: JobRun) -> datetime:
    return run.at if run.is_cut_short else run.at + AGAIN_AFTER * run.attempt
