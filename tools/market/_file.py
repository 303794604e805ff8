"""A user's file as a market: `csv:prices.csv.gz?time=close&zone=America/New_York`.

| option      | values                                  | default                                                     |
|-------------|-----------------------------------------|-------------------------------------------------------------|
| `symbol`    | any name                                | the file's stem                                             |
| `timeframe` | 1m 5m 15m 30m 1h 4h 1d 1w               | the median step of the times                                |
| `time`      | `open`, `close`: what a row's time names | `open`; `close` where the column is called close time       |
| `zone`      | an IANA zone, for times without one      | UTC                                                         |
| `dates`     | `dmy`, `mdy`                            | as the column shows                                         |
| `venue`     | `XNYS`, `XNAS`, or any name             | `file`; at the first two a day is a session, 09:30 to 16:00 |

Rows are put in rising order; rows without any price and identical repetitions are left out: each leaves a note that
lowers the quality. Two rows of one time with different values are refused, and so are rows denser than the timeframe.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property
from pathlib import Path
from typing import cast, get_args
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import numpy as np

from fks_agents.bars import SECONDS, Bars, Floats, Nanoseconds, moment
from fks_agents.contracts import Timeframe
from fks_agents.errors import DataError, UsageError
from tools.bars.resample import NEW_YORK, resample
from tools.calendar import nyse
from tools.market import _instants
from tools.market._columns import prices_of, time_of
from tools.market._table import Table
from tools.market._window import last_closed, span_of, unknown

OPTIONS = ("dates", "symbol", "time", "timeframe", "venue", "zone")
_SECOND = 1_000_000_000


@dataclass(frozen=True)
class Choices:
    path: Path
    symbol: str
    venue: str = "file"
    timeframe: Timeframe | None = None
    is_close: bool | None = None
    zone: tzinfo = UTC
    dates: _instants.Order | None = None


def choices(argument: str, source: str) -> Choices:
    """What the user wrote after `csv:`; raises UsageError for an unknown option or a path that is no file."""
    text, query = argument, ""
    if "?" in argument and not Path(argument).is_file():
        text, _, query = argument.rpartition("?")
    path = Path(text).expanduser()
    if not text or not path.is_file():
        raise UsageError(f"expected {source}:PATH with the path of a file, was {text!r}")
    said = dict(parse_qsl(query, keep_blank_values=True))
    for name in said:
        if name not in OPTIONS:
            raise unknown("option", name, OPTIONS, source)
    timeframe, time, dates = said.get("timeframe"), said.get("time"), said.get("dates")
    if timeframe not in (None, *SECONDS):
        raise unknown("timeframe", str(timeframe), SECONDS, source)
    if time not in (None, "open", "close"):
        raise unknown("time", str(time), ("open", "close"), source)
    if dates not in (None, *get_args(_instants.Order)):
        raise unknown("dates", str(dates), get_args(_instants.Order), source)
    return Choices(
        path=path,
        symbol=said.get("symbol") or path.name.removesuffix(".gz").rpartition(".")[0] or path.name,
        venue=said.get("venue") or "file",
        timeframe=timeframe,
        is_close=None if time is None else time == "close",
        zone=_zone(said["zone"]) if said.get("zone") else UTC,
        dates=cast("_instants.Order | None", dates),
    )


def _zone(name: str) -> tzinfo:
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(f"unknown zone {name!r}; expected an IANA name such as 'America/New_York'") from error


class FileMarket:
    """One symbol, on the file's own timeframe and all longer ones."""

    def __init__(self, name: str, choices: Choices, read: Callable[[Path], Table]) -> None:
        self.name = name
        self._choices = choices
        self._read = read
        self._resampled: dict[Timeframe, Bars] = {}
        self._seen: tuple[int, int] | None = None

    def symbols(self) -> tuple[str, ...]:
        return (self._choices.symbol,)

    def bars(self, symbol: str, timeframe: Timeframe, as_of: datetime, count: int) -> Bars:
        return last_closed(self._whole(symbol, timeframe), as_of, count)

    def span(self, symbol: str, timeframe: Timeframe) -> tuple[datetime, datetime]:
        return span_of(self._whole(symbol, timeframe))

    def _whole(self, symbol: str, timeframe: Timeframe) -> Bars:
        self._read_again_if_changed()
        if symbol != self._choices.symbol:
            raise unknown("symbol", symbol, self.symbols(), self.name)
        if timeframe not in SECONDS:
            raise unknown("timeframe", timeframe, SECONDS, self.name)
        if timeframe not in self._resampled:
            self._resampled[timeframe] = resample(self._own, timeframe)
        return self._resampled[timeframe]

    @cached_property
    def _own(self) -> Bars:
        return bars_of(self._read(self._choices.path), self._choices)

    def _read_again_if_changed(self) -> None:
        """Whoever writes newer rows puts the whole file in the old one's place, so that none is read half written."""
        try:
            stat = self._choices.path.stat()
        except OSError:
            return  # what was read of it is still true
        stamp = stat.st_mtime_ns, stat.st_size
        if self._seen not in (None, stamp):
            self._resampled = {}
            self.__dict__.pop("_own", None)
        self._seen = stamp


def bars_of(table: Table, choices: Choices) -> Bars:
    """The table as bars of its own timeframe, with a note for whatever had to be mended."""
    if not len(table.rows):
        raise DataError(f"{table.path}: expected rows of prices, was none")
    column = time_of(table)
    times = _instants.read(table, column.name, column.cells, choices.zone, choices.dates)
    priced = prices_of(table)
    values = np.column_stack([priced.open, priced.high, priced.low, priced.close, priced.volume])
    notes = list(priced.notes)
    kept = _rows_with_prices(table, values, notes)
    kept = _rising(table, times, values, kept, notes)
    times, values = times[kept], values[kept]
    timeframe = _timeframe(table, times, kept, choices.timeframe)
    is_close = column.is_close if choices.is_close is None else choices.is_close
    opened, closed = _sides(times, timeframe, choices, is_close=is_close)
    return Bars(
        choices.symbol, timeframe, choices.venue, opened, closed,
        values[:, 0], values[:, 1], values[:, 2], values[:, 3], values[:, 4], tuple(notes),
    )  # fmt: skip


def _rows_with_prices(table: Table, values: Floats, notes: list[str]) -> Nanoseconds:
    lacking = np.isnan(values[:, :4])
    empty = lacking.all(axis=1)
    if (lacking.any(axis=1) & ~empty).any():
        at = int((lacking.any(axis=1) & ~empty).argmax())
        name = ("open", "high", "low", "close")[int(lacking[at].argmax())]
        raise table.broken(at, name, "a number as in the row's other prices", "missing")
    if empty.all():
        raise DataError(f"{table.path}: expected rows of prices, was none with a price")
    if empty.any():
        notes.append(f"{empty.sum()} rows without any price left out, first row {table.rows[int(empty.argmax())]}")
    return np.flatnonzero(~empty)


def _rising(table: Table, times: Nanoseconds, values: Floats, kept: Nanoseconds, notes: list[str]) -> Nanoseconds:
    if 2 * np.sum(np.diff(times[kept]) < 0) >= len(kept) > 1:
        notes.append("rows came newest first: turned round")
        kept = kept[::-1]
    falls = np.diff(times[kept]) < 0
    if falls.any():
        row = table.rows[int(kept[int(falls.argmax()) + 1])]
        notes.append(f"{falls.sum()} rows were earlier than the row before, first row {row}: put in rising order")
    kept = kept[np.argsort(times[kept], kind="stable")]
    repeated = np.append(False, np.diff(times[kept]) == 0)
    for at in np.flatnonzero(repeated):
        one, other = sorted((int(kept[at - 1]), int(kept[at])))
        if not np.array_equal(values[one], values[other], equal_nan=True):
            raise DataError(
                f"{table.path}, rows {table.rows[one]} and {table.rows[other]}: expected one bar for "
                f"{moment(times[one]).isoformat()}, was two with different values"
            )
    if repeated.any():
        row = table.rows[int(kept[int(repeated.argmax())])]
        notes.append(f"{repeated.sum()} identical repetitions left out, first row {row}")
    unique: Nanoseconds = kept[~repeated]
    return unique


def _timeframe(table: Table, times: Nanoseconds, kept: Nanoseconds, said: Timeframe | None) -> Timeframe:
    steps = np.diff(times)
    if said is None and len(steps) < 2:
        raise DataError(f"{table.path}: expected at least 3 rows to tell the timeframe from; say ?timeframe=1d")
    seconds = SECONDS[said] if said else int(np.sort(steps)[(len(steps) - 1) // 2]) // _SECOND
    known = {length: name for name, length in SECONDS.items()}
    if seconds not in known:
        raise DataError(
            f"{table.path}: expected rows {', '.join(SECONDS)} apart, was {timedelta(seconds=seconds)} (median)"
        )
    dense = steps < 0.9 * seconds * _SECOND  # a day may have 23 hours
    if dense.any():
        at = int(dense.argmax())
        rows = f"rows {table.rows[int(kept[at])]} and {table.rows[int(kept[at + 1])]}"
        apart = timedelta(seconds=int(steps[at]) // _SECOND)
        raise DataError(f"{table.path}, {rows}: expected bars {known[seconds]} apart, was {apart}")
    return known[seconds]


def _sides(
    times: Nanoseconds, timeframe: Timeframe, choices: Choices, *, is_close: bool
) -> tuple[Nanoseconds, Nanoseconds]:
    """When each bar opens and closes."""
    step = SECONDS[timeframe] * _SECOND
    if choices.venue in NEW_YORK and timeframe == "1d":
        days = [datetime.fromtimestamp(ns // _SECOND, choices.zone).date() for ns in times.tolist()]
        return np.array([nyse.opens_at(day) for day in days]), np.array([nyse.closes_at(day) for day in days])
    return (times - step, times) if is_close else (times, times + step)
