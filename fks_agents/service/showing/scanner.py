"""The scanner as its page shows it: what it does, its lists, its runs with what went wrong, and the trades it found."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from pydantic import ValidationError

from fks_agents import _wording as say
from fks_agents._unfit import in_a_line
from fks_agents.errors import UsageError
from fks_agents.service.routes.scan import Draft, Listed
from fks_agents.service.scan_status import ScannerStatus, ScanRun
from memory.decisions import Entry

Tone = Literal["", "muted", "good", "bad", "warn"]

TRADES = ("buy", "sell")
_TONES: dict[str, Tone] = {"done": "good", "failed": "bad", "missed": "warn"}
_WRONG = ("failed", "stale", "halted", "left")


class Head(NamedTuple):
    said: str
    tone: Tone
    why: str


class Frame(NamedTuple):
    timeframe: str
    symbols: str
    next: str
    last: str
    tone: Tone


class Run(NamedTuple):
    at: str
    what: str
    due: str
    outcome: str
    tone: Tone
    seconds: str
    symbols: str
    """How many were decided on, and how many were not."""
    reason: str
    wrong: tuple[str, ...]
    """`SPX: why`, of each symbol that went wrong."""


class Found(NamedTuple):
    """A decision that a scan asked for."""

    decision_id: str
    symbol: str
    timeframe: str
    at: str
    """Close of the bar it is about."""
    action: str
    tone: Tone
    status: str
    is_trade: bool
    is_waiting: bool = False
    """For a person."""
    is_on_record: bool = True


def head(status: ScannerStatus) -> Head:
    who = "" if status.by is None or status.at is None else f"{_at(status.at)} by {status.by}"
    if not status.is_on:
        return Head("off", "muted", f"stopped {who}" if who else "nobody has started it yet")
    if status.halted is not None:
        return Head("on, and halted", "bad", status.halted)
    said = "scanning now" if status.is_scanning else "on"
    return Head(said, "good", f"started {who}" if who else "by the settings")


def frames(status: ScannerStatus) -> tuple[Frame, ...]:
    return tuple(
        Frame(
            each.timeframe, f"{each.symbols}",
            "not while it is off or halted" if each.next_at is None else _at(each.next_at),
            "never" if each.last is None else f"{each.last.outcome}, bar of {_at(each.last.due_at)}{_by(each.last)}",
            "" if each.last is None else _TONES[each.last.outcome],
        )
        for each in status.timeframes
    )  # fmt: skip


def foot(status: ScannerStatus) -> str:
    still = "" if status.is_live else f" Time stands still in {status.source}: only what is new in it is scanned."
    return f"Outcomes are looked for every hour, next at {status.next_outcomes_at:%H:%M} UTC.{still}"


def run(told: ScanRun) -> Run:
    """One scan, one or several missed closes, or one look for outcomes."""
    what = "outcomes" if told.timeframe is None else f"scan {told.timeframe}"
    counts = ", ".join(f"{count} {say.spaced(name)}" for name, count in sorted(told.counts.items()))
    missed = f" ({told.count} closes)" if told.count > 1 else ""
    left = "" if told.is_complete else ", looked for again"
    return Run(
        at=_at(told.at), what=what + _by(told), due=_at(told.due_at), outcome=f"{told.outcome}{missed}{left}",
        tone=_TONES[told.outcome] if told.is_complete else "warn", seconds=f"{told.seconds:.1f} s",
        symbols=counts, reason=told.reason,
        wrong=tuple(f"{each.symbol}: {each.reason or say.spaced(each.kind)}" for each in told.symbols
                    if each.kind in _WRONG),
    )  # fmt: skip


def found(runs: Sequence[ScanRun], entries: Sequence[Entry], waiting: Collection[str] = ()) -> tuple[Found, ...]:
    """Decisions of these runs, each once: trades first, then the others; newest first in both. `waiting`: those that
    wait for a person, and are on record once they are answered."""
    known = {entry.id: entry for entry in entries}
    seen = {each.decision_id: each for each in _found(runs, known, waiting)}
    return tuple(sorted(seen.values(), key=lambda each: not each.is_trade))


def named(name: str) -> str:
    """Raises UsageError where a list cannot be called that."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", name):
        raise UsageError(f"name: expected small letters, digits, - and _, was {name[:60]!r}")
    return name


def draft(symbols: str, timeframes: Sequence[str], version: int) -> Draft:
    """A list as a form gives it. Raises UsageError naming what does not fit."""
    names = re.split(r"[\s,;]+", symbols.strip())
    try:
        return Draft.model_validate(
            {"symbols": [name for name in names if name], "timeframes": list(timeframes), "version": version}
        )
    except ValidationError as error:
        raise UsageError(in_a_line(error.errors(include_url=False)[0])) from None


def row(listed: Listed) -> tuple[str, str, str]:
    """Symbols, timeframes, and who saved it."""
    saved = f"version {listed.version}, {listed.by} at {_at(listed.at)}"
    return ", ".join(listed.symbols), ", ".join(listed.timeframes), saved


def _found(runs: Sequence[ScanRun], known: dict[str, Entry], waiting: Collection[str]) -> Iterator[Found]:
    for each in (symbol for told in reversed(runs) for symbol in told.symbols):
        if each.decision_id is None:
            continue
        at = "" if each.closed_at is None else say.when(each.closed_at, each.timeframe)
        found = Found(
            each.decision_id, each.symbol, each.timeframe, at, "being made", "", "", False, is_on_record=False
        )
        entry = known.get(each.decision_id)
        if entry is not None:
            is_trade = entry.action in TRADES
            tone: Tone = "" if not is_trade else "good" if entry.action == "buy" else "bad"
            yield found._replace(
                action=say.spaced(entry.action), tone=tone, status=say.spaced(entry.status), is_trade=is_trade,
                is_on_record=True,
            )  # fmt: skip
        elif each.decision_id in waiting:
            yield found._replace(action="trade", status="waits for a person", is_trade=True, is_waiting=True)
        else:
            yield found


def _by(run: ScanRun) -> str:
    return "" if run.by == "clock" else f" by {run.by}"


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
