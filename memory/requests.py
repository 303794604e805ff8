"""Who asked the service for which decision, asked once for each key, and what was told while it ran."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

from pydantic import Field
from sqlalchemy import Connection, Select, func, insert, select, update

from fks_agents.contracts import Contract, Proposal, Utc
from fks_agents.errors import RefusedError, UsageError
from memory._database import Database, add
from memory.schema import admissions
from memory.service_schema import happenings, requests

_AT_ONCE = 500
"""Ids in one question: a database takes so many parameters and no more."""


class Asked(NamedTuple):
    """Who asks for a decision that is not admitted yet."""

    person: str
    at: Utc
    key: str | None
    """`PERSON/KEY`, where the person sent a key for asking once."""
    question: str
    """Digest of what is asked."""
    proposed: Proposal | None = None
    """The trade the decision is to be about, where somebody outside proposes one."""
    is_scan: bool = False
    """Ask only where no scan's decision is about the same bar: see `memory.scans`."""


class Request(Contract):
    decision_id: str
    person: Annotated[str, Field(min_length=1, max_length=64)]
    asked_at: Utc
    key: str | None = None
    """`PERSON/KEY`, where the person sent a key for asking once."""
    question: str
    """Digest of what was asked."""
    cancelled_by: str | None = None


class Happening(Contract):
    """One thing that was told of a running decision."""

    number: Annotated[int, Field(ge=1)]
    kind: str
    told: str
    """JSON."""


class Requests:
    def __init__(self, database: Database) -> None:
        self._database = database

    def by_key(self, key: str, question: str) -> Request | None:
        """What was asked with that key before; raises UsageError where it was another question."""
        with self._database.read() as connection:
            row = connection.execute(select(requests).where(requests.c.key == key)).mappings().first()
        if row is None:
            return None
        if row["question"] != question:
            raise UsageError("Idempotency-Key: expected the same request as before, was another one")
        return Request.model_validate(dict(row))

    def of(self, decision_id: str) -> Request | None:
        with self._database.read() as connection:
            row = connection.execute(select(requests).where(requests.c.decision_id == decision_id)).mappings().first()
        return None if row is None else Request.model_validate(dict(row))

    def askers(self, decision_ids: Sequence[str]) -> dict[str, str]:
        """Decision -> who asked; without those that were asked for outside the service."""
        query = select(requests.c.decision_id, requests.c.person).where(requests.c.decision_id.in_(decision_ids))
        with self._database.read() as connection:
            return {row.decision_id: row.person for row in connection.execute(query)}

    def cancel(self, decision_id: str, person: str) -> None:
        """Wish that the decision ends; whoever runs it looks here between its steps."""
        with self._database.write() as connection:
            wish = update(requests).where(requests.c.decision_id == decision_id, requests.c.cancelled_by.is_(None))
            connection.execute(wish.values(cancelled_by=person))

    def tell(self, decision_id: str, kind: str, told: str, *, once: bool = False) -> Happening:
        """Append what happened; its number is one more than the last. `once`: where that kind was told of the decision
        already, nothing is appended and what was told comes back."""
        with self._database.write() as connection:
            # Two processes that tell of one decision at the same moment queue here for their numbers.
            connection.execute(select(admissions.c.id).where(admissions.c.id == decision_id).with_for_update())
            known = connection.execute(_told(decision_id).where(happenings.c.kind == kind)).mappings().first()
            if once and known is not None:
                return Happening.model_validate(dict(known))
            query = select(func.max(happenings.c.number)).where(happenings.c.decision_id == decision_id)
            number = (connection.execute(query).scalar() or 0) + 1
            row = {"decision_id": decision_id, "number": number, "kind": kind, "told": told}
            connection.execute(insert(happenings).values(row))
        return Happening(number=number, kind=kind, told=told)

    def newest(self, decision_ids: Sequence[str], kinds: Sequence[str]) -> dict[str, Happening]:
        """Decision -> what happened last to it, of those kinds; without those to which nothing of it did."""
        of_kinds = select(happenings).where(happenings.c.kind.in_(kinds)).order_by(happenings.c.number)
        with self._database.read() as connection:
            return {
                row.decision_id: Happening(number=row.number, kind=row.kind, told=row.told)
                for begin in range(0, len(decision_ids), _AT_ONCE)
                for row in connection.execute(
                    of_kinds.where(happenings.c.decision_id.in_(decision_ids[begin : begin + _AT_ONCE]))
                )
            }

    def told(self, decision_id: str, after: int = 0) -> tuple[Happening, ...]:
        """What happened after that number, in order."""
        query = _told(decision_id).where(happenings.c.number > after)
        with self._database.read() as connection:
            return tuple(Happening.model_validate(dict(row)) for row in connection.execute(query).mappings())


def _told(decision_id: str) -> Select[Any]:
    columns = (happenings.c.number, happenings.c.kind, happenings.c.told)
    return select(*columns).where(happenings.c.decision_id == decision_id).order_by(happenings.c.number)


def record(connection: Connection, decision_id: str, asked: Asked) -> None:
    """In the transaction that admits the decision; raises RefusedError where the key was taken meanwhile."""
    request = Request(
        decision_id=decision_id, person=asked.person, asked_at=asked.at, key=asked.key, question=asked.question
    )
    if not add(connection, requests, request.model_dump()):
        raise RefusedError(f"{asked.key!r} was asked meanwhile")
