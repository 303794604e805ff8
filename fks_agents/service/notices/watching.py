"""What has happened since somebody last looked: read off the ledger in its own order, and written down as notices.

How far it has read is committed together with what it wrote: a kill in between repeats nothing and loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from fks_agents.contracts import Cycle
from fks_agents.errors import RefusedError, UsageError
from fks_agents.service import daily
from fks_agents.service.daily_picture import picture
from fks_agents.service.notices import wording
from graphs.desk import Desk
from memory.decisions import Entry
from memory.ledger import Ledger
from memory.notices import Cursor, Notice

T = TypeVar("T")

_PAGE = 50
_BACK = 20
"""Rows that are looked at again each time: on a server one may appear after a later one."""


@dataclass
class Watcher:
    desk: Desk
    daily_at: str
    """`22:00`; empty means never."""
    zone: ZoneInfo
    _asked: set[tuple[str, int]] = field(default_factory=set)
    """Marks of waiting trades that are written down already."""
    _seen: dict[str, set[int]] = field(default_factory=lambda: {"fills": set(), "halts": set()})
    """Rows that were looked at last time."""

    def look(self) -> int:
        """Write down what is new, and say how many notices that were. A watcher that never looked begins now."""
        return self._decisions() + self._waiting() + self._fills() + self._halts() + self._day()

    def started(self) -> None:
        """Begin here, where nobody has looked before; write down that what an earlier process left is taken on."""
        ledger = self.desk.ledger
        newest = ledger.decisions.history(limit=1)
        ledger.notices.read_to("decisions", newest[0].sequence if newest else 0)
        ledger.notices.read_to("fills", ledger.paper.newest_fill())
        ledger.notices.read_to("halts", len(ledger.halts.log()))
        if left := ledger.decisions.unfinished(besides=ledger.ideas.waiting()):
            ledger.notices.add(wording.recovered(left, self.desk.clock.now()))

    def _decisions(self) -> int:
        ledger = self.desk.ledger
        newest = ledger.decisions.history(limit=1)
        last = newest[0].sequence if newest else 0
        cursor, written = ledger.notices.read_to("decisions", last), 0
        if last == cursor.value:
            return 0
        for entry in _after(ledger, cursor.value):
            cycle, now = ledger.decisions.cycle(entry.id), self.desk.clock.now()
            told = [*wording.decided(cycle, now), *wording.opened(cycle, _before(ledger, entry), now)]
            written += ledger.notices.add(*told, read=Cursor(cursor.name, entry.sequence))
        return written

    def _waiting(self) -> int:
        ledger, written = self.desk.ledger, 0
        asked = ledger.ideas.asked()
        self._asked.intersection_update(asked)
        for decision_id, number in asked:
            if (decision_id, number) in self._asked:
                continue
            mark = ledger.ideas.marks(decision_id)[number - 1]
            try:
                cycle = self.desk.pending(decision_id)
            except (RefusedError, UsageError):
                continue  # it was answered meanwhile
            written += ledger.notices.add(wording.waits(cycle, mark, self.desk.clock.now()))
            self._asked.add((decision_id, number))
        return written

    def _fills(self) -> int:
        notices, paper = self.desk.ledger.notices, self.desk.ledger.paper
        cursor = notices.read_to("fills", paper.newest_fill())
        rows = paper.fills_after(max(notices.began("fills", 0), cursor.value - _BACK))
        new = self._unseen("fills", {one.number: one for one in rows})
        now = self.desk.clock.now()
        return (
            notices.add(*(wording.filled(one, now) for one in new), read=Cursor("fills", rows[-1].number)) if new else 0
        )

    def _halts(self) -> int:
        notices, rows = self.desk.ledger.notices, self.desk.ledger.halts.log()
        cursor = notices.read_to("halts", len(rows))
        first = max(notices.began("halts", 0), cursor.value - _BACK)
        new = self._unseen("halts", {first + place: halt for place, halt in enumerate(rows[first:])})
        now = self.desk.clock.now()
        read = Cursor("halts", len(rows))
        return notices.add(*(wording.turned(halt, now) for halt in new), read=read) if new else 0

    def _unseen(self, log: str, rows: dict[int, T]) -> list[T]:
        new = [row for number, row in rows.items() if number not in self._seen[log]]
        self._seen[log] = set(rows)
        return new

    def _day(self) -> int:
        """The report of the newest day that is over; days that a stopped service missed are left out."""
        if not self.daily_at:
            return 0
        notices, due = self.desk.ledger.notices, last_due(self.desk.clock.now(), self.daily_at, self.zone)
        cursor = notices.read_to("daily", due.toordinal())
        if due.toordinal() <= cursor.value:
            return 0
        since, until = (
            moment_on(due - timedelta(days=1), self.daily_at, self.zone),
            moment_on(due, self.daily_at, self.zone),
        )
        report = daily.report(self.desk, since, until, self.zone)
        told = Notice(
            kind="daily", key=f"daily/{due.isoformat()}", title=f"Report of {due.isoformat()}",
            text=daily.text(report), at=self.desk.clock.now(), picture=picture(report),
        )  # fmt: skip
        return notices.add(told, read=Cursor("daily", due.toordinal()))


def moment_on(day: date, time: str, zone: ZoneInfo) -> datetime:
    """`22:00` of a day, there."""
    hour, _, minute = time.partition(":")
    return datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=zone)


def last_due(now: datetime, time: str, zone: ZoneInfo) -> date:
    """The newest day on which that time has come."""
    today = now.astimezone(zone).date()
    return today if now >= moment_on(today, time, zone) else today - timedelta(days=1)


def _after(ledger: Ledger, sequence: int) -> Iterator[Entry]:
    """Decisions that finished after that one, in the order they did."""
    found: list[Entry] = []
    page = ledger.decisions.history(limit=_PAGE)
    while page:
        found += [entry for entry in page if entry.sequence > sequence]
        if page[-1].sequence <= sequence:
            break
        page = ledger.decisions.history(limit=_PAGE, before=page[-1].sequence)
    return reversed(found)


def _before(ledger: Ledger, entry: Entry) -> Cycle | None:
    found = ledger.decisions.history(limit=1, before=entry.sequence)
    return ledger.decisions.cycle(found[0].id) if found else None
