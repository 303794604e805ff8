"""The offline sample: S&P 500 (SPX) and NASDAQ Composite (IXIC), daily 1999-2018, from the installed `arch` package.

The files are read where they lie; `arch` itself is not imported (its import costs a second). A bar opens 09:30 and
closes 16:00 New York; early closes are ignored, the later close being the safe side. Weeks are made from days.
"""

from __future__ import annotations

import csv
import gzip
from datetime import date, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from fks_agents.bars import Bars
from fks_agents.contracts import Timeframe
from fks_agents.deps import Market
from fks_agents.errors import ConfigError, DataError, UsageError
from tools.bars.resample import resample
from tools.calendar import nyse
from tools.market._window import last_closed, span_of, unknown

TIMEFRAMES: tuple[Timeframe, ...] = ("1d", "1w")
_FILES = {"IXIC": ("nasdaq", "XNAS"), "SPX": ("sp500", "XNYS")}
_HEADER = ["Date", "Open", "High", "Low", "Close", "Adj Close", "Volume"]


class SampleMarket:
    name = "sample"

    def __init__(self) -> None:
        self._history = cache(_read)

    def symbols(self) -> tuple[str, ...]:
        return tuple(sorted(_FILES))

    def bars(self, symbol: str, timeframe: Timeframe, as_of: datetime, count: int) -> Bars:
        return last_closed(self._whole(symbol, timeframe), as_of, count)

    def span(self, symbol: str, timeframe: Timeframe) -> tuple[datetime, datetime]:
        return span_of(self._whole(symbol, timeframe))

    def _whole(self, symbol: str, timeframe: Timeframe) -> Bars:
        if symbol not in _FILES:
            raise unknown("symbol", symbol, self.symbols(), "sample")
        if timeframe not in TIMEFRAMES:
            raise unknown("timeframe", timeframe, TIMEFRAMES, "sample")
        return self._history(symbol, timeframe)


def open_source(argument: str = "") -> Market:
    if argument:
        raise UsageError(f"the sample takes no argument, was {argument!r}")
    return SampleMarket()


def folder() -> Path:
    """Where the installed `arch` package keeps its data; raises ConfigError where it is not installed."""
    spec = find_spec("arch")
    if spec is None or spec.origin is None:
        raise ConfigError("the sample comes with the package `arch`, which is not installed: pip install arch")
    return Path(spec.origin).parent / "data"


def _read(symbol: str, timeframe: Timeframe) -> Bars:
    name, venue = _FILES[symbol]
    path = folder() / name / f"{name}.csv.gz"
    try:
        with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file)
        if header != _HEADER:
            raise DataError(f"{path}: expected columns {', '.join(_HEADER)}, was {', '.join(header)}")
        days = [_day(row[0]) for row in rows]
        values = np.array([row[1:] for row in rows], dtype=np.float64)
    except (OSError, EOFError, ValueError) as error:
        raise DataError(f"{path}: expected the sample of package `arch`: {error}") from error
    opened, closed = (np.array([at(day) for day in days]) for at in (nyse.opens_at, nyse.closes_at))
    daily = Bars(
        symbol, "1d", venue, opened, closed,
        values[:, 0], values[:, 1], values[:, 2], values[:, 3], values[:, 5],
    )  # fmt: skip
    return resample(daily, timeframe)


def _day(text: str) -> date:
    """M/D/YYYY, as the files of `arch` write dates."""
    month, day, year = text.split("/")
    return date(int(year), int(month), int(day))
