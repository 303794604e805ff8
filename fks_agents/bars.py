"""Columns of market data as they move between tools: read-only numpy, UTC, nothing newer than asked for.

Bars never enter a checkpoint or a prompt; snapshots refer to them by digest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fks_agents.contracts import Timeframe
from fks_agents.errors import DataError, LookaheadError

Floats = NDArray[np.float64]
Nanoseconds = NDArray[np.int64]

SECONDS: dict[Timeframe, int] = {
    "1m": 60, "5m": 300, "15m": 900, "30m": 1800, "1h": 3600, "4h": 14400, "1d": 86400, "1w": 604800,
}  # fmt: skip
"""Length of one bar; a session-based daily bar may close earlier."""


def nanoseconds(moment: datetime) -> int:
    """Nanoseconds since 1970 UTC; `moment` must be aware."""
    if moment.tzinfo is None:
        raise DataError(f"expected a time with a zone, was {moment.isoformat()!r}")
    return int(moment.timestamp()) * 1_000_000_000 + moment.microsecond * 1000


def moment(ns: int | np.int64) -> datetime:
    """The aware UTC datetime of `ns` nanoseconds since 1970 (microseconds kept, finer digits dropped)."""
    seconds, rest = divmod(int(ns), 1_000_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1000)


def _column(values: object, dtype: type[np.generic], name: str, length: int) -> NDArray[Any]:
    column: NDArray[Any] = np.array(values, dtype=dtype, order="C")
    if column.shape != (length,):
        raise DataError(f"{name}: expected {length} values in one column, was shape {column.shape}")
    column.flags.writeable = False
    return column


@dataclass(frozen=True, eq=False)
class Bars:
    """OHLCV columns, all of shape (n,), rising in time.

    `opened` is the bar's open time and its name; `closed` is when it became known. Prices in quote currency, volume in
    units of the instrument. Raises DataError where shapes differ or time does not rise. Values are checked by
    `tools.bars.quality`, not here: a bad bar must be visible to be reported.
    """

    symbol: str
    timeframe: Timeframe
    venue: str
    opened: Nanoseconds
    closed: Nanoseconds
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    notes: tuple[str, ...] = ()
    """What the source had to mend or leave out, one line each; lowers the quality, does not enter the digest."""

    def __post_init__(self) -> None:
        length = len(self.opened)
        for name in ("opened", "closed"):
            object.__setattr__(self, name, _column(getattr(self, name), np.int64, name, length))
        for name in ("open", "high", "low", "close", "volume"):
            object.__setattr__(self, name, _column(getattr(self, name), np.float64, name, length))
        if length and (np.any(np.diff(self.opened) <= 0) or np.any(self.closed <= self.opened)):
            raise DataError(f"{self.symbol} {self.timeframe}: bar times must rise, and each bar close after it opens")

    def __len__(self) -> int:
        return len(self.opened)

    def __getitem__(self, rows: slice) -> Bars:
        return Bars(
            self.symbol, self.timeframe, self.venue, self.opened[rows], self.closed[rows],
            self.open[rows], self.high[rows], self.low[rows], self.close[rows], self.volume[rows], self.notes,
        )  # fmt: skip

    def until(self, as_of: datetime) -> Bars:
        """Only bars closed at or before `as_of`."""
        return self[: int(np.searchsorted(self.closed, nanoseconds(as_of), side="right"))]

    def guard(self, as_of: datetime) -> Self:
        """Themselves, or LookaheadError where a bar closed after `as_of`."""
        if len(self) and self.closed[-1] > nanoseconds(as_of):
            late = moment(self.closed[-1]).isoformat()
            raise LookaheadError(
                f"{self.symbol} {self.timeframe}: a bar closed {late}, after as_of {as_of.isoformat()}"
            )
        return self

    @cached_property
    def digest(self) -> str:
        """sha256 of names, times and values; the same bars give the same digest wherever they came from."""
        hashed = sha256(f"{self.symbol}|{self.timeframe}|{self.venue}|{len(self)}".encode())
        for column in (self.opened, self.closed, self.open, self.high, self.low, self.close, self.volume):
            hashed.update(column.tobytes())
        return hashed.hexdigest()


@dataclass(frozen=True, eq=False)
class Series:
    """A macro series: `values[i]` describes `observed[i]` and became known at `published[i]`; shape (n,), rising."""

    name: str
    unit: str
    source: str
    observed: Nanoseconds
    published: Nanoseconds
    values: Floats

    def __post_init__(self) -> None:
        length = len(self.observed)
        object.__setattr__(self, "observed", _column(self.observed, np.int64, "observed", length))
        object.__setattr__(self, "published", _column(self.published, np.int64, "published", length))
        object.__setattr__(self, "values", _column(self.values, np.float64, "values", length))
        if length and (np.any(np.diff(self.observed) <= 0) or np.any(np.diff(self.published) < 0)):
            raise DataError(f"series {self.name}: times must rise")

    def __len__(self) -> int:
        return len(self.observed)

    def until(self, as_of: datetime) -> Series:
        """Only values published at or before `as_of`."""
        last = int(np.searchsorted(self.published, nanoseconds(as_of), side="right"))
        return Series(
            self.name, self.unit, self.source, self.observed[:last], self.published[:last], self.values[:last]
        )

    def guard(self, as_of: datetime) -> Self:
        """Themselves, or LookaheadError where a value was published after `as_of`."""
        if len(self) and self.published[-1] > nanoseconds(as_of):
            late = moment(self.published[-1]).isoformat()
            raise LookaheadError(f"series {self.name}: a value came out {late}, after as_of {as_of.isoformat()}")
        return self

    @cached_property
    def digest(self) -> str:
        hashed = sha256(f"{self.name}|{self.unit}|{self.source}|{len(self)}".encode())
        for column in (self.observed, self.published, self.values):
            hashed.update(column.tobytes())
        return hashed.hexdigest()
