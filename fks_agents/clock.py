"""The only place that reads the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251  this is the clock the others are told to use


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands still: a backtest, a replay, a decision about the past."""

    at: datetime

    def now(self) -> datetime:
        return self.at
