"""What every source does with the history it holds: cut it at `as_of`, or say why it cannot."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from datetime import datetime

from fks_agents.bars import Bars, moment, nanoseconds
from fks_agents.errors import DataError, UsageError

_SHOWN = 20


def last_closed(history: Bars, as_of: datetime, count: int) -> Bars:
    """The last `count` bars closed at or before `as_of`; raises DataError where data begin later."""
    if count < 1:
        raise UsageError(f"expected a count of at least 1 bar, was {count}")
    named = f"{history.symbol} {history.timeframe}"
    if not len(history):
        nanoseconds(as_of)
        raise DataError(f"{named}: expected at least one complete bar, was none")
    known = history.until(as_of)
    if not len(known):
        begin = moment(history.closed[0]).isoformat()
        raise DataError(f"{named}: data begin with the bar closed {begin}; as_of {as_of.isoformat()} lies before it")
    return known[-count:] if count < len(known) else known


def span_of(history: Bars) -> tuple[datetime, datetime]:
    """Close of the first and of the last bar; raises DataError where there is none."""
    if not len(history):
        raise DataError(f"{history.symbol} {history.timeframe}: expected at least one complete bar, was none")
    return moment(history.closed[0]), moment(history.closed[-1])


def unknown(kind: str, name: str, known: Iterable[str], source: str) -> UsageError:
    """The error for a name that means nothing here; names the known ones, nearest first where they are many."""
    names = list(known)
    if len(names) > _SHOWN:
        near = difflib.get_close_matches(name, names, n=_SHOWN, cutoff=0.3)
        rest = [other for other in names if other not in near][: _SHOWN - len(near)]
        shown = f"{', '.join([*near, *rest])}, ... ({len(names)} in all)"
    else:
        shown = ", ".join(names) or "none"
    return UsageError(f"unknown {kind} {name!r} for {source}; expected one of {shown}")
