"""Finished decisions as the history lists them: chosen by what stands in the address, page by page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import NamedTuple, get_args
from urllib.parse import urlencode

from fks_agents import _wording as say
from fks_agents.contracts import Action, Cycle, Result, Status
from fks_agents.errors import UsageError
from graphs.opening import moment_of
from memory.decisions import Entry
from memory.ledger import Ledger

PAGE = 25
"""Decisions on one page; each is read whole, for what was said in it."""

ACTIONS: tuple[str, ...] = get_args(Action)
STATUSES: tuple[str, ...] = get_args(Status)

_ID = re.compile("[0-9a-f]{4,12}")

_LONGEST = 200
"""Characters of a filter."""


class Wanted(NamedTuple):
    """What the history is asked for; an empty text asks for all."""

    symbol: str = ""
    action: str = ""
    status: str = ""
    since: str = ""
    """A day, or a moment with its zone; that one or later."""
    until: str = ""
    """That day to its end, or that moment."""
    text: str = ""
    """Words in the reason."""
    before: str = ""
    """`next` of the page before."""

    @property
    def is_all(self) -> bool:
        return self._replace(before="") == Wanted()

    def address(self, **changes: str) -> str:
        """The query of the page that shows this, with changes; empty where it asks for all."""
        given = {name: value for name, value in self._replace(**changes)._asdict().items() if value}
        return f"?{urlencode(given)}" if given else ""


class Listed(NamedTuple):
    entry: Entry
    result: Result | None
    """None where it has not ended yet."""


class Found(NamedTuple):
    decisions: tuple[Listed, ...]
    next: int | None
    """`before` of the page after; None at the end."""


class Row(NamedTuple):
    id: str
    at: str
    """In UTC."""
    symbol: str
    timeframe: str
    action: str
    verdict: str
    status: str
    conviction: str
    outcome: str
    """`target +1.70 R`; `open` where it goes on, `-` where there is nothing to wait for."""
    r: float | None
    """None where it has not ended or nothing was traded."""
    model: str
    reason: str


class Listing(NamedTuple):
    rows: tuple[Row, ...]
    next: int | None
    unfinished: int
    """Decisions that are still being made, whatever the filters."""
    is_empty: bool
    """Whether no decision was ever finished."""


def wanted(query: Mapping[str, str]) -> Wanted:
    """From the query of an address; what it does not know is passed over. Raises UsageError naming the field."""
    given = {name: query.get(name, "").strip() for name in Wanted._fields}
    for name, value in given.items():
        line(name, value)
    for name, known in (("action", ACTIONS), ("status", STATUSES)):
        if given[name] and given[name] not in known:
            raise UsageError(f"{name}: expected one of {', '.join(known)}, was {given[name]!r}")
    if given["before"] and not (given["before"].isdecimal() and len(given["before"]) < 10):
        raise UsageError(f"before: expected a number, was {given['before']!r}")
    found = Wanted(**given)
    moment("since", found.since, is_end=False)
    moment("until", found.until, is_end=True)
    return found


def decision_named(name: str, text: str) -> str:
    """An id or a beginning of it; raises UsageError for anything else."""
    if not _ID.fullmatch(text):
        raise UsageError(f"{name}: expected 4 to 12 of the digits 0-9 and a-f, was {text[:_LONGEST]!r}")
    return text


def line(name: str, text: str) -> None:
    """Raises UsageError where it is longer than 200 characters, or has some that a database may refuse."""
    if len(text) > _LONGEST:
        raise UsageError(f"{name}: expected at most {_LONGEST} characters, was {len(text)}")
    if not text.isprintable():
        raise UsageError(f"{name}: expected text without control characters, was {text!r}")


def moment(name: str, text: str, *, is_end: bool) -> datetime | None:
    """A day's first or last moment in UTC, or the moment itself; None for no text. Raises UsageError naming `name`."""
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time.max if is_end else time.min, UTC)
    except ValueError:
        pass
    try:
        return moment_of(text).astimezone(UTC)
    except (UsageError, OverflowError):
        raise UsageError(
            f"{name}: expected a day like 2018-12-24, or a time like 2018-12-24T21:00:00Z, was {text!r}"
        ) from None


def find(
    ledger: Ledger,
    *,
    symbol: str | None = None,
    action: str | None = None,
    status: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    text: str | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> Found:
    """One page, newest first."""
    entries = ledger.decisions.history(
        symbol, action, status, since, limit + 1, until=until, text=text, before=before
    )  # fmt: skip
    shown = entries[:limit]
    ended = ledger.results.of([entry.id for entry in shown])
    return Found(
        tuple(Listed(entry, ended.get(entry.id)) for entry in shown),
        shown[-1].sequence if len(entries) > limit else None,
    )


def listing(ledger: Ledger, asked: Wanted) -> Listing:
    """The page that is asked for."""
    found = find(
        ledger, symbol=asked.symbol or None, action=asked.action or None, status=asked.status or None,
        since=moment("since", asked.since, is_end=False), until=moment("until", asked.until, is_end=True),
        text=asked.text or None, before=int(asked.before) if asked.before else None,
    )  # fmt: skip
    return Listing(
        tuple(row(each, ledger.decisions.cycle(each.entry.id)) for each in found.decisions),
        found.next, len(ledger.decisions.unfinished_ids()),
        not found.decisions and not ledger.decisions.history(limit=1),
    )  # fmt: skip


def row(listed: Listed, cycle: Cycle) -> Row:
    entry, result, plan = listed.entry, listed.result, cycle.plan
    is_traded = result is not None and result.kind not in ("expired", "not_traded")
    return Row(
        id=entry.id, at=f"{entry.as_of:%Y-%m-%d %H:%M}", symbol=entry.symbol, timeframe=entry.timeframe,
        action=say.spaced(entry.action), verdict=entry.outcome, status=say.spaced(entry.status),
        conviction="-" if plan is None or plan.abstained is not None else f"{plan.conviction:.2f}",
        outcome=say.ended(entry.status, result), r=result.r_multiple if result is not None and is_traded else None,
        model=models(cycle.models), reason=entry.reason,
    )  # fmt: skip


def models(named: Mapping[str, str]) -> str:
    """The models that spoke, each once; judges left out."""
    return ", ".join(dict.fromkeys(name for role, name in named.items() if role in ("quick", "deep")))
