"""What a person should know: written once for each thing that happened, then sent to each address by whoever is there.

A notice is taken up before it is sent, so that no two processes send it. Where a process dies in between, or an address
does not say whether it has it, the notice is taken up again and says that it may be a repeat.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field
from sqlalchemy import Connection, Update, func, select, update

from fks_agents._redaction import redact
from fks_agents.contracts import Contract, Utc
from memory._database import Database, add
from memory.service_schema import cursors, deliveries, notices

State = Literal["sending", "waiting", "sent", "summarised", "failed"]
"""`waiting`: tried in vain, tried again later; `summarised`: told as one line of another one; `failed`: given up."""

UNCLEAR = "unclear: "
"""Begins the problem of an attempt after which the notice may have arrived all the same."""

_SETTLED = timedelta(minutes=10)
"""No transaction that writes notices takes longer: none appears before older ones."""


_TITLE, _TEXT = 200, 20_000
"""Most characters."""


class Notice(Contract):
    kind: Annotated[str, Field(pattern="^[a-z][a-z_]{0,31}$")]
    """`idea`, `fill`, `halt`, ...; people choose by it what they are told."""
    key: Annotated[str, Field(min_length=1, max_length=200)]
    """Names what happened, like `fill/3f2a.../entry`; written again it changes nothing."""
    title: Annotated[str, Field(min_length=1, max_length=_TITLE)]
    text: Annotated[str, Field(max_length=_TEXT)] = ""
    at: Utc
    """When it is written, by the clock on the wall; when it happened is said in the text."""
    picture: bytes | None = None
    """A PNG to go with it."""


class Taken(NamedTuple):
    """A notice that this process is to send now."""

    number: int
    notice: Notice
    attempts: int
    """This one included."""
    may_have_arrived: bool = False
    """Whether an earlier attempt ended without a clear answer."""


class Cursor(NamedTuple):
    """How far somebody has read."""

    name: str
    value: int


class Notices:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, *written: Notice, read: Cursor | None = None) -> int:
        """How many of them are new; committed when this returns, together with how far the writer has read.

        What looks like a secret is not written.
        """
        rows = [_cleaned(notice) for notice in written]
        with self._database.write() as connection:
            new = sum(add(connection, notices, row) for row in rows)
            if read is not None:
                _move(connection, read)
        return new

    def read_to(self, name: str, beginning: int) -> Cursor:
        """How far `name` has read; whoever has never read begins after `beginning`, and from then on always did."""
        return Cursor(name, self._began(name, beginning)[1])

    def began(self, name: str, beginning: int) -> int:
        """Where `name` began to read; nothing before that is of interest to it."""
        return self._began(name, beginning)[0]

    def newest(self) -> int:
        """Number of the newest notice; 0 before the first."""
        with self._database.read() as connection:
            return connection.execute(select(func.max(notices.c.number))).scalar() or 0

    def all(self, *, limit: int = 100) -> tuple[Notice, ...]:
        """Newest first."""
        columns = [notices.c[name] for name in Notice.model_fields]
        with self._database.read() as connection:
            rows = connection.execute(select(*columns).order_by(notices.c.number.desc()).limit(limit)).mappings()
            return tuple(Notice.model_validate(dict(row)) for row in rows)

    def take(
        self, channel: str, now: datetime, *, kinds: Collection[str], within: timedelta, most: int = 500
    ) -> tuple[Taken, ...]:
        """Take up what is due at an address, oldest first; empty `kinds` means all of them.

        Whoever takes it has `within` to say what became of it; then it is taken up again.
        """
        with self._database.write() as connection:
            due = _due(connection, channel, now, kinds, most)
            taken = [one for one, is_new in due if _take(connection, channel, one, now, now + within, is_new=is_new)]
            if not due:
                _finish_with(connection, channel, now)
        return tuple(taken)

    def settle(
        self, channel: str, taken: Sequence[Taken], state: State, at: datetime, *, problem: str = "",
        due_at: datetime | None = None,
    ) -> None:  # fmt: skip
        """Say what became of notices that were taken up; `waiting` ones are due again at `due_at`."""
        said = {"state": state, "due_at": due_at or at, "sent_at": at if state in ("sent", "summarised") else None}
        with self._database.write() as connection:
            for one in taken:
                # What may have arrived before may have arrived still, however clear the last attempt was.
                is_marked = state == "waiting" and one.may_have_arrived and not problem.startswith(UNCLEAR)
                told = f"{UNCLEAR}{problem}" if is_marked else problem
                connection.execute(_delivery(channel, one).values(**said, problem=told))

    def release(self, channel: str, taken: Sequence[Taken], due_at: datetime) -> None:
        """Leave notices that were taken up and not tried for later."""
        said = {"state": "waiting", "due_at": due_at, "attempts": deliveries.c.attempts - 1}
        with self._database.write() as connection:
            for one in taken:
                doubt = {"problem": UNCLEAR} if one.may_have_arrived else {}
                connection.execute(_delivery(channel, one).values(said | doubt))

    def sent_since(self, channel: str, since: datetime) -> int:
        """Messages that an address took after that moment; a summary counts as one."""
        query = select(func.count()).where(
            deliveries.c.channel == channel, deliveries.c.state == "sent", deliveries.c.sent_at > since
        )
        with self._database.read() as connection:
            return connection.execute(query).scalar() or 0

    def states(self) -> dict[tuple[str, State], int]:
        """How many notices are in which state at which address."""
        query = select(deliveries.c.channel, deliveries.c.state, func.count()).group_by(
            deliveries.c.channel, deliveries.c.state
        )
        with self._database.read() as connection:
            return {(channel, state): count for channel, state, count in connection.execute(query)}

    def _began(self, name: str, beginning: int) -> tuple[int, int]:
        query = select(cursors.c.first, cursors.c.value).where(cursors.c.name == name)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            with self._database.write() as connection:
                add(connection, cursors, {"name": name, "first": beginning, "value": beginning})
                row = connection.execute(query).one()
        return row.first, row.value


def _cleaned(notice: Notice) -> dict[str, Any]:
    title, text = redact(" ".join(notice.title.split())), redact(notice.text)
    return notice.model_dump() | {"title": title[:_TITLE] or notice.kind, "text": text[:_TEXT]}


def _delivery(channel: str, one: Taken) -> Update:
    return update(deliveries).where(deliveries.c.channel == channel, deliveries.c.notice == one.number)


def _move(connection: Connection, read: Cursor) -> None:
    """Forwards only: another process may have read further."""
    further = (cursors.c.name == read.name) & (cursors.c.value < read.value)
    connection.execute(update(cursors).where(further).values(value=read.value))


def _due(
    connection: Connection, channel: str, now: datetime, kinds: Collection[str], most: int
) -> list[tuple[Taken, bool]]:
    """Each with whether nobody has ever taken it up; those that were tried least often first."""
    mine = deliveries.alias()
    is_open = mine.c.notice.is_(None) | (mine.c.state.in_(("waiting", "sending")) & (mine.c.due_at <= now))
    query = (
        select(notices, mine.c.attempts, mine.c.state, mine.c.problem)
        .outerjoin(mine, (mine.c.notice == notices.c.number) & (mine.c.channel == channel))
        .where(notices.c.number > _low(connection, channel), is_open)
        .order_by(func.coalesce(mine.c.attempts, 0), notices.c.number)
        .limit(most)
    )
    if kinds:
        query = query.where(notices.c.kind.in_(tuple(kinds)))
    return [
        (
            Taken(
                row["number"],
                Notice.model_validate({name: row[name] for name in Notice.model_fields}),
                (row["attempts"] or 0) + 1,
                row["state"] == "sending" or (row["problem"] or "").startswith(UNCLEAR),
            ),
            row["attempts"] is None,
        )
        for row in connection.execute(query).mappings()
    ]


def _take(connection: Connection, channel: str, one: Taken, now: datetime, until: datetime, *, is_new: bool) -> bool:
    """False where another process was faster."""
    row = {"state": "sending", "attempts": one.attempts, "due_at": until, "sent_at": None}
    if is_new:
        return add(connection, deliveries, row | {"notice": one.number, "channel": channel, "problem": ""})
    here = (deliveries.c.notice == one.number) & (deliveries.c.channel == channel)
    as_seen = here & (deliveries.c.attempts == one.attempts - 1) & (deliveries.c.due_at <= now)
    return connection.execute(update(deliveries).where(as_seen).values(row)).rowcount == 1


def _low(connection: Connection, channel: str) -> int:
    """All notices up to this one are finished with at the address; one that was never there begins with what comes."""
    name = f"channel/{channel}"
    low = connection.execute(select(cursors.c.value).where(cursors.c.name == name)).scalar()
    if low is None:
        low = connection.execute(select(func.max(notices.c.number))).scalar() or 0
        add(connection, cursors, {"name": name, "first": low, "value": low})
    return low


def _finish_with(connection: Connection, channel: str, now: datetime) -> None:
    """Look no more at what was settled long ago."""
    unfinished = select(func.min(deliveries.c.notice)).where(
        deliveries.c.channel == channel, deliveries.c.state.in_(("waiting", "sending"))
    )
    old = select(func.max(notices.c.number)).where(notices.c.at < now - _SETTLED)
    first, last = connection.execute(unfinished).scalar(), connection.execute(old).scalar() or 0
    _move(connection, Cursor(f"channel/{channel}", last if first is None else min(last, first - 1)))
