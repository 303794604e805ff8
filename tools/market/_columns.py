"""What the columns of a user's table mean: time, prices, volume, in the spellings of exchanges and charting programs.

Where a table gives bid and ask prices, the bar is their mean, price by price (the mean of two highs is not always the
highest mean, but nothing closer can be known). Of several volumes the one in units of the instrument is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from fks_agents.bars import Floats
from fks_agents.errors import DataError
from tools.market._table import Table, is_missing, plain

OPEN_TIMES = (
    "unix", "unixtime", "unixtimestamp", "unixtimestampms", "opentime", "timestamp", "timestamputc", "timestampms",
    "datetime", "datetimeutc", "date", "dateutc", "gmttime", "utctime", "timeutc", "time", "localtime", "ts", "t",
)  # fmt: skip
"""In the order they are preferred where a table has several."""
CLOSE_TIMES = ("closetime", "endtime")
PRICES = {
    "open": ("open", "o", "openprice"),
    "high": ("high", "h", "highprice"),
    "low": ("low", "l", "lowprice"),
    "close": ("close", "c", "closeprice", "closelast", "last"),
}
_SIDED = {field: ((f"bid{field}", f"ask{field}"), (f"{field}bid", f"{field}ask")) for field in PRICES}
_QUOTES = frozenset({"usd", "usdt", "usdc", "busd", "eur", "gbp", "jpy", "to", "quote"})
_QUOTE_VOLUMES = frozenset({"quotevolume", "quoteassetvolume", "turnover"})
_TICK_VOLUMES = ("tickvol", "tickvolume")


class Priced(NamedTuple):
    """Columns of one length; NaN in all four prices where the row has no price."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    notes: tuple[str, ...]


class TimeColumn(NamedTuple):
    name: str
    cells: Sequence[Any]
    is_close: bool


def names_of(header: Sequence[str]) -> dict[str, str]:
    """Plain name -> name as written; the first of two that read the same."""
    return {plain(name): name for name in reversed(header)}


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row names a time and a close."""
    known = names_of(cells)
    has_close = any(name in known for name in PRICES["close"]) or any(pair[0] in known for pair in _SIDED["close"])
    return has_close and any(name in known for name in (*OPEN_TIMES, *CLOSE_TIMES, "open"))


def time_of(table: Table) -> TimeColumn:
    """The column of bar times; a date and a clock in two columns are joined."""
    known = names_of(table.header)
    name = next((known[name] for name in (*OPEN_TIMES, *CLOSE_TIMES) if name in known), None)
    if name is None and table.header and plain(table.header[0]) in ("", "index", "unnamed0"):
        name = table.header[0]
    if name is None:
        raise DataError(f"{table.path}: expected a column of times, was {_listed(table.header)}")
    cells = table.column(name)
    if plain(name) == "date" and "time" in known and len(cells) and ":" not in str(cells[0]):
        clocks = table.column(known["time"])
        cells = [f"{day} {clock}" for day, clock in zip(cells, clocks, strict=True)]
    return TimeColumn(name, cells, is_close=plain(name) in CLOSE_TIMES)


def prices_of(table: Table) -> Priced:
    """Prices and volume; raises DataError naming the missing column or the broken cell."""
    known = names_of(table.header)
    notes: list[str] = []
    prices = {}
    for field, spellings in PRICES.items():
        found = next((known[name] for name in spellings if name in known), None)
        sides = next((pair for pair in _SIDED[field] if all(name in known for name in pair)), None)
        if found is not None:
            prices[field] = _numbers(table, found)
        elif sides is not None:
            bid, ask = (_numbers(table, known[name]) for name in sides)
            prices[field] = (bid + ask) / 2
            notes += ["prices are the mean of bid and ask"] * (field == "open")
        else:
            raise DataError(f"{table.path}: expected a column for {field}, was {_listed(table.header)}")
    _refuse_several_symbols(table, known)
    volume, more = _volume(table, known, prices["close"])
    return Priced(**prices, volume=volume, notes=(*notes, *more))


def _listed(header: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in header[:20])
    sides = [name for name in header if name.lower().endswith(("open", ":close"))]
    return f"{shown}; one file for each symbol is expected" if len(sides) > 1 else shown


def _refuse_several_symbols(table: Table, known: dict[str, str]) -> None:
    name = next((known[name] for name in ("symbol", "ticker", "pair", "instrument") if name in known), None)
    if name is None:
        return
    cells = table.column(name)
    other = next((at for at, cell in enumerate(cells) if cell != cells[0]), None)
    if other is not None:
        raise table.broken(other, name, f"the one symbol of the file, {cells[0]!r}", cells[other])


def _numbers(table: Table, name: str) -> Floats:
    cells = table.column(name)
    try:
        numbers = np.array(cells, dtype=np.float64)
    except (ValueError, TypeError):
        numbers = np.array([_number(table, name, at, cell) for at, cell in enumerate(cells)], dtype=np.float64)
    if np.isinf(numbers).any():
        at = int(np.isinf(numbers).argmax())
        raise table.broken(at, name, "a finite number", cells[at])
    return numbers


def _number(table: Table, name: str, at: int, cell: object) -> float:
    if is_missing(cell):
        return float("nan")
    try:
        return float(str(cell))
    except ValueError:
        raise table.broken(at, name, "a number", cell) from None


def _volume(table: Table, known: dict[str, str], close: Floats) -> tuple[Floats, list[str]]:
    tagged = [name for name in known if name.startswith("volume") and name != "volume"]
    in_base = [name for name in tagged if name.removeprefix("volume") not in _QUOTES] + ["basevolume"]
    chosen = next((name for name in (*in_base, "volume", "vol", "v") if name in known), None)
    ticks = next((name for name in _TICK_VOLUMES if name in known), None)
    if chosen is None and ticks is None:
        return np.zeros(len(close)), ["no column of volume: volume is zero"]
    volume = _numbers(table, known[chosen]) if chosen is not None else np.zeros(len(close))
    if ticks is not None and not np.nansum(volume):
        return _numbers(table, known[ticks]), ["volume counts ticks, not units"]
    candidates = [name for name in known if name in _QUOTE_VOLUMES or name in tagged or name == "volume"]
    quote = next((name for name in candidates if name != chosen and name not in in_base), None)
    return _unswapped(volume, _numbers(table, known[quote]), close) if quote is not None else (volume, [])


def _unswapped(volume: Floats, in_quote: Floats, close: Floats) -> tuple[Floats, list[str]]:
    """Units and quote value put right where a row has them the other way round: value must be near units x price."""
    with np.errstate(divide="ignore", invalid="ignore"):
        stated, swapped = (np.abs(np.log(value / (units * close))) for units, value in
                           ((volume, in_quote), (in_quote, volume)))  # fmt: skip
    wrong = (swapped < np.log(1.5)) & (stated > np.log(10))
    if not wrong.any():
        return volume, []
    note = f"volume in units and in currency were swapped in {wrong.sum()} rows: put right"
    return np.where(wrong, in_quote, volume), [note]
