"""Macro series of the sample, from the installed `arch` package; each value with the moment it could be known.

| series    | what                                          | unit    | from | taken as published, New York |
|-----------|-----------------------------------------------|---------|------|--------------------|
| vix       | CBOE volatility index, daily close            | points  | 2014 | same day, 16:15 |
| wti       | WTI crude, Cushing spot, USD a barrel, daily  | price   | 1990 | next session, 16:00 |
| core_cpi  | US CPI without food and energy, 1982-84 = 100 | points  | 1990 | 30 days after the month's end, 08:30 |
| aaa_yield | Moody's seasoned Aaa, monthly average         | percent | 1990 | 5th of the next month, 18:00 |
| baa_yield | Moody's seasoned Baa, monthly average         | percent | 1990 | 5th of the next month, 18:00 |

The delays are upper bounds: CPI usually comes out in the middle of the next month, but on 30 October 2013 for that
September. The files carry the figures as revised by early 2019 (core CPI is seasonally adjusted, and its factors are
revised for five years); first prints are not in them.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import NamedTuple

import numpy as np

from fks_agents.bars import Series, nanoseconds
from fks_agents.contracts import Unit
from fks_agents.errors import DataError
from tools.calendar import nyse

MISSING = "."
"""How FRED writes a day without a value."""


def _same_day(day: date) -> datetime:
    return datetime.combine(day, time(16, 15), nyse.ZONE)


def _next_session(day: date) -> datetime:
    return datetime.combine(nyse.next_session(day), nyse.CLOSE, nyse.ZONE)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(32)).replace(day=1)


def _thirty_days_after_the_month(day: date) -> datetime:
    return datetime.combine(_next_month(day) + timedelta(29), time(8, 30), nyse.ZONE)


def _fifth_of_the_next_month(day: date) -> datetime:
    return datetime.combine(_next_month(day).replace(day=5), time(18), nyse.ZONE)


class _Source(NamedTuple):
    file: str
    column: str
    unit: Unit
    published: Callable[[date], datetime]


_SOURCES = {
    "aaa_yield": _Source("default/default.csv.gz", "AAA", "percent", _fifth_of_the_next_month),
    "baa_yield": _Source("default/default.csv.gz", "BAA", "percent", _fifth_of_the_next_month),
    "core_cpi": _Source("core_cpi/core-cpi.csv.gz", "CPILFESL", "points", _thirty_days_after_the_month),
    "vix": _Source("vix/vix.csv.gz", "vix", "points", _same_day),
    "wti": _Source("wti/wti.csv.gz", "DCOILWTICO", "price", _next_session),
}
FROM = date(1990, 1, 1)
"""Values before this day are left out: the sample's prices begin in 1999."""


class SampleMacro:
    def series(self, as_of: datetime) -> tuple[Series, ...]:
        """Every series by name, cut to what was published at or before `as_of`; empty ones are left out."""
        known = (series.until(as_of) for series in self._all)
        return tuple(series for series in known if len(series))

    @cached_property
    def _all(self) -> tuple[Series, ...]:
        return tuple(_read(name, source) for name, source in _SOURCES.items())


def _read(name: str, source: _Source) -> Series:
    from tools.market.sample import folder

    path = folder() / source.file
    try:
        with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file)
        at = header.index(source.column)
        cells = [(_day(row[0]), row[at]) for row in rows]
        kept = [(day, float(cell)) for day, cell in cells if cell != MISSING and day >= FROM]
    except (OSError, EOFError, ValueError, IndexError) as error:
        raise DataError(f"{path}: expected the series {name} of package `arch`: {error}") from error
    return Series(
        name, source.unit, "arch",
        np.array([nanoseconds(datetime.combine(day, time(), UTC)) for day, _ in kept]),
        np.array([nanoseconds(source.published(day)) for day, _ in kept]),
        np.array([value for _, value in kept]),
    )  # fmt: skip


def _day(text: str) -> date:
    month, day, year = text.split("/")
    return date(int(year), int(month), int(day))
