"""Times as people write them in tables, as nanoseconds since 1970 UTC.

| written                                       | read as                                                            |
|-----------------------------------------------|--------------------------------------------------------------------|
| 1545685200, also with 13, 16 or 19 digits      | seconds, milli-, micro-, nanoseconds since 1970, cell by cell      |
| 20181224, 20181224 21:00                       | year month day                                                     |
| 2018-12-24, 2018-12-24T21:00:00.5Z, 2018.12.24 | ISO 8601, dots and slashes too                                     |
| 12/24/2018, 24.12.2018 21:00:00.000            | day or month first as the whole column shows; with dots, day first |
| 2019-10-17 09-AM, 10/17/2019 9:30 PM           | the 12-hour clock: 12-AM is midnight                               |

A time without a zone is in the zone the user named (UTC by default). Refused: zones in some rows only, a column that
does not show whether day or month comes first, local times that the clock skipped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal

import numpy as np

from fks_agents.bars import Nanoseconds, nanoseconds
from fks_agents.errors import DataError
from tools.market._table import Table

Order = Literal["dmy", "mdy"]

FIRST_YEAR, LAST_YEAR = 1700, 2200
"""Older or later times do not fit into nanoseconds since 1970."""

_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)[ T]*(.*)")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4})(?!\d)[ T]*(.*)")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[ T]+(.*))?")
_TWELVE_HOURS = re.compile(r"(\d{1,2})((?::\d\d){0,2})[- ]?([AP])M", re.IGNORECASE)
_GMT = re.compile(r"\s*(?:GMT|UTC)([+-]\d{2}):?(\d{2})?$|\s*(?:GMT|UTC)$", re.IGNORECASE)
_NUMBER = re.compile(r"\d{9,20}(?:\.\d*)?")
_UNITS = ((1e11, 1_000_000_000), (1e14, 1_000_000), (1e17, 1_000), (float("inf"), 1))
_EARLIEST = int(datetime(1980, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000_000
"""A bare number that means an earlier time is no time since 1970."""


def read(table: Table, name: str, cells: Sequence[Any], zone: tzinfo, order: Order | None) -> Nanoseconds:
    """Every cell of the time column `name`; raises DataError naming the row that cannot be read."""
    if isinstance(cells, np.ndarray) and cells.dtype.kind == "M":
        return _from_datetimes(table, name, cells, zone)
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "iuf":
        cells = [str(int(cell)) if cell == cell else "" for cell in cells]
    texts = [str(cell).strip() for cell in cells]
    if texts and _NUMBER.fullmatch(texts[0]):
        return np.array([_since_1970(table, name, at, text) for at, text in enumerate(texts)], dtype=np.int64)
    order = order or _order(table, name, texts)
    moments = [_moment(table, name, at, text, order) for at, text in enumerate(texts)]
    naive = [moment.tzinfo is None for moment in moments]
    if any(naive) and not all(naive):
        at = naive.index(not naive[0])
        raise table.broken(
            at, name, f"a time {'without' if naive[0] else 'with'} a zone like the rows above", texts[at]
        )
    if naive and naive[0] and zone is not UTC:
        return np.array([_local(table, name, at, moment, zone) for at, moment in enumerate(moments)], dtype=np.int64)
    return np.array([nanoseconds(m.replace(tzinfo=UTC) if m.tzinfo is None else m) for m in moments], dtype=np.int64)


def _from_datetimes(table: Table, name: str, cells: Any, zone: tzinfo) -> Nanoseconds:
    if np.isnat(cells).any():
        raise table.broken(int(np.isnat(cells).argmax()), name, "a time", "NaT")
    instants: Nanoseconds = cells.astype("datetime64[ns]").astype(np.int64)
    if zone is UTC:
        return instants
    moments = (datetime.fromtimestamp(ns // 1_000_000_000, UTC).replace(tzinfo=None) for ns in instants.tolist())
    return np.array([_local(table, name, at, moment, zone) for at, moment in enumerate(moments)], dtype=np.int64)


def _since_1970(table: Table, name: str, at: int, text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise table.broken(at, name, "a number of seconds, ms, us or ns since 1970", text)
    whole, _, rest = text.partition(".")
    unit = next(unit for limit, unit in _UNITS if int(whole) < limit)
    instant = int(whole) * unit + int(float(f"0.{rest or 0}") * unit)
    if not _EARLIEST <= instant < 2**63:
        raise table.broken(at, name, "a time since 1980", text)
    return instant


def _moment(table: Table, name: str, at: int, text: str, order: Order) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = datetime.fromisoformat(_as_iso(text, order))
        except ValueError:
            raise table.broken(at, name, "a time", text) from None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise table.broken(at, name, f"a year from {FIRST_YEAR} to {LAST_YEAR}", text)
    return moment


def _as_iso(text: str, order: Order) -> str:
    text = _GMT.sub(lambda match: f"{match[1]}:{match[2] or '00'}" if match[1] else "+00:00", text)
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day, clock = match.groups()
    elif match := _YEAR_LAST.fullmatch(text):
        first, separator, second, year, clock = match.groups()
        day, month = (first, second) if order == "dmy" or separator == "." else (second, first)
    elif match := _COMPACT.fullmatch(text):
        year, month, day, clock = match.groups()
    else:
        raise ValueError(text)
    return f"{year}-{int(month):02}-{int(day):02}{_clock(clock or '')}"


def _clock(text: str) -> str:
    """`T` and the 24-hour clock, whatever follows it kept; empty for no clock."""
    match = _TWELVE_HOURS.match(text)
    if match:
        hour = int(match[1])
        if not 1 <= hour <= 12:
            raise ValueError(text)
        text = f"{hour % 12 + (12 if match[3].upper() == 'P' else 0):02}{match[2] or ':00'}{text[match.end() :]}"
    elif re.match(r"\d:", text):
        text = f"0{text}"
    return f"T{text}" if text else ""


def _order(table: Table, name: str, texts: Sequence[str]) -> Order:
    slashed = [match for match in map(_YEAR_LAST.fullmatch, texts) if match and match[2] != "."]
    if not slashed:
        return "dmy"
    day_first = any(int(match[1]) > 12 for match in slashed)
    month_first = any(int(match[3]) > 12 for match in slashed)
    if day_first == month_first:
        raise DataError(
            f"{table.path}, column {name}: expected dates that show whether day or month comes first, was "
            f"{texts[0]!r}; say ?dates=dmy or ?dates=mdy"
        )
    return "dmy" if day_first else "mdy"


def _local(table: Table, name: str, at: int, moment: datetime, zone: tzinfo) -> int:
    local = moment.replace(tzinfo=zone)
    instant = nanoseconds(local)
    if datetime.fromtimestamp(instant // 1_000_000_000, zone).replace(tzinfo=None) != moment.replace(microsecond=0):
        raise table.broken(at, name, f"a time the clocks of {zone} showed", moment.isoformat(" "))
    return instant
