"""Trades that wait for a person: proposed, changed, and answered once; who, when and why is kept."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import Connection, case, func, select

from fks_agents.contracts import Contract, NonNegative, Positive, Utc
from fks_agents.errors import RefusedError
from memory._chain import Chain
from memory._database import Database
from memory.schema import cycles, ideas

Kind = Literal["proposed", "modified", "approved", "rejected", "expired", "reopened"]

ASKING = frozenset({"proposed", "reopened"})
"""What asks a person for an answer."""

WAITING = ASKING | {"modified"}
"""A trade whose last mark is one of these has not been answered."""


class Mark(Contract):
    """One thing that happened to a trade that waits."""

    decision_id: str
    number: Annotated[int, Field(ge=1)]
    """Counts the marks of one decision."""
    kind: Kind
    by: Annotated[str, Field(min_length=1, max_length=64)]
    at: Utc
    """By the clock on the wall."""
    as_of: Utc
    """The moment of the market it was decided at: that of the newest price."""
    reason: str = ""
    quantity: NonNegative | None = None
    """The most that may be ordered from here on; None leaves the size that the limits allowed."""
    price: Positive | None = None
    """The newest close that was looked at."""


def _columns(mark: Mark) -> dict[str, Any]:
    return mark.model_dump(include={"decision_id", "number", "kind"})


_LOG = Chain(ideas, "ideas", "mark", Mark, _columns)


class Ideas:
    def __init__(self, database: Database) -> None:
        self._database = database

    def mark(self, mark: Mark) -> None:
        """Commit what happened next. Raises RefusedError where the trade was answered already, naming by whom, and
        where it has changed since the caller looked."""
        with self._database.write() as connection:
            known = _marks(connection, mark.decision_id)
            if known and known[-1].kind not in WAITING and mark.kind != "reopened":
                last = known[-1]
                raise RefusedError(f"decision {mark.decision_id}: {last.kind} by {last.by} at {last.at:%Y-%m-%d %H:%M}")
            if mark.number != len(known) + 1:
                raise RefusedError(
                    f"decision {mark.decision_id} was changed meanwhile: expected mark {mark.number}, "
                    f"was {len(known) + 1}; look at it again"
                )
            _LOG.append(connection, mark)

    def marks(self, decision_id: str) -> tuple[Mark, ...]:
        """In the order they were made; empty where nobody was ever asked."""
        with self._database.read() as connection:
            return _marks(connection, decision_id)

    def waiting(self) -> tuple[str, ...]:
        """Decisions that wait for an answer, longest first; one that ended without an answer, cancelled, does not."""
        return tuple(decision_id for decision_id, _ in self.asked())

    def asked(self) -> tuple[tuple[str, int], ...]:
        """Decisions that wait, as in `waiting`, each with the number of the mark that asked for the answer last."""
        each = (
            select(
                ideas.c.decision_id,
                func.min(ideas.c.sequence).label("first"),
                func.max(ideas.c.number).label("last"),
                func.max(case((ideas.c.kind.in_(ASKING), ideas.c.number))).label("asked"),
            )
            .group_by(ideas.c.decision_id)
            .subquery()
        )
        newest = (ideas.c.decision_id == each.c.decision_id) & (ideas.c.number == each.c.last)
        query = (
            select(ideas.c.decision_id, each.c.asked)
            .join(each, newest)
            .outerjoin(cycles, cycles.c.decision_id == ideas.c.decision_id)
            .where(ideas.c.kind.in_(WAITING), cycles.c.decision_id.is_(None))
            .order_by(each.c.first)
        )
        with self._database.read() as connection:
            return tuple((row.decision_id, row.asked) for row in connection.execute(query))

    def verify(self) -> int:
        """Walk the log and return its length; raises LedgerError naming the first broken row."""
        with self._database.read() as connection:
            return _LOG.verify(connection)


def _marks(connection: Connection, decision_id: str) -> tuple[Mark, ...]:
    query = select(ideas.c.mark).where(ideas.c.decision_id == decision_id).order_by(ideas.c.number)
    return tuple(Mark.model_validate_json(text) for text in connection.execute(query).scalars())
