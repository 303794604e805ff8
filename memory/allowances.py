"""What a day allows: each decision takes its share before its first call, and gives back what it did not spend.

Taking is one transaction that all processes queue at, so that together they never take more than the day has. A
decision that was interrupted keeps what it took until it is resumed, or the day is over.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, case, func, insert, select

from fks_agents.usage import Amount, Limits
from memory._database import Database, add, next_in
from memory.schema import allowances, spendings


class Taken(NamedTuple):
    sequence: int
    limits: Limits
    """The decision's own, or less where the day has less left."""
    is_new: bool = True
    """False where the decision took it before and has not settled it."""


class Allowances:
    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, decision_id: str, day: date, decision: Limits, of_day: Limits, *, side_by_side: int = 1) -> Taken:
        """What the decision may spend; where it took something before and has not settled it, that.

        Where it has no limit of its own it takes one part in `side_by_side` of what the day has left, so that decisions
        made at the same time leave something to one another.
        """
        with self._database.write() as connection:
            sequence, _ = next_in(connection, "allowances")
            known = _open(connection, decision_id)
            if known is not None:
                return known
            left = of_day.left(_spent(connection, day))
            limits = decision.or_share(left, side_by_side).within(left)
            row = {"sequence": sequence, "decision_id": decision_id, "day": day.isoformat(), **limits._asdict()}
            connection.execute(insert(allowances).values(row))
            return Taken(sequence, limits)

    def settle(self, taken: Taken, spent: Amount) -> None:
        """Give back what was not spent; settling again changes nothing."""
        with self._database.write() as connection:
            add(connection, spendings, {"allowance": taken.sequence, **spent._asdict()})

    def first(self, decision_id: str) -> Limits | None:
        """What the decision was allowed when it was made; None where no day limited it."""
        query = select(allowances).where(allowances.c.decision_id == decision_id).order_by(allowances.c.sequence)
        with self._database.read() as connection:
            row = connection.execute(query.limit(1)).one_or_none()
        return None if row is None else Limits(row.tokens, row.seconds, row.money)

    def spent(self, day: date) -> Amount:
        """Of that day (UTC), what unfinished decisions took included."""
        with self._database.read() as connection:
            return _spent(connection, day)


def _spent(connection: Connection, day: date) -> Amount:
    settled = spendings.c.allowance.is_not(None)

    def total(name: str) -> ColumnElement[float]:
        return func.coalesce(func.sum(case((settled, spendings.c[name]), else_=allowances.c[name])), 0)

    query = (
        select(*(total(name) for name in Amount._fields))
        .select_from(allowances)
        .join(spendings, spendings.c.allowance == allowances.c.sequence, isouter=True)
        .where(allowances.c.day == day.isoformat())
    )
    row = connection.execute(query).one()
    return Amount(int(row[0]), float(row[1]), float(row[2]))


def _open(connection: Connection, decision_id: str) -> Taken | None:
    query = (
        select(allowances)
        .join(spendings, spendings.c.allowance == allowances.c.sequence, isouter=True)
        .where(allowances.c.decision_id == decision_id, spendings.c.allowance.is_(None))
        .order_by(allowances.c.sequence)
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Taken(row.sequence, Limits(row.tokens, row.seconds, row.money), is_new=False)
