"""Backtests that people asked for: the request, how far it is, and what came of it."""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import ColumnElement, delete, func, insert, select, update

from fks_agents.contracts import Contract, Utc
from fks_agents.errors import UsageError
from memory._database import Database, add
from memory.service_schema import backtest_results, backtests

State = Literal["waiting", "running", "done", "failed", "cancelled"]

UNDER_WAY: tuple[State, ...] = ("waiting", "running")


class Backtest(Contract):
    """One request. `done` and `of` count bars; 0 until it is known how many there are."""

    sequence: int = 0
    """Given by the ledger, in the order of the requests."""
    id: str
    by: Annotated[str, Field(min_length=1, max_length=64)]
    at: Utc
    strategy: str
    symbol: str
    request: str
    """JSON: all that is needed to run it, now or after a restart."""
    state: State = "waiting"
    done: int = 0
    of: int = 0
    tries: int = 0
    """Times it was begun."""
    reason: str = ""
    """Why it failed."""
    ended_at: Utc | None = None
    cancelled_by: str | None = None

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY


class Result(Contract):
    told: str
    """JSON, as the command line tells it."""
    drawn: str
    """JSON: its path and figures as a page draws them, `evaluators.backtest.drawn`."""
    report: str
    """One HTML file that needs nothing else."""


class Backtests:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, asked: Backtest) -> bool:
        """Committed when this returns; False where the id is taken."""
        row = asked.model_dump(exclude={"sequence"})
        with self._database.write() as connection:
            return add(connection, backtests, row)

    def get(self, backtest_id: str) -> Backtest | None:
        found = self._found(backtests.c.id == backtest_id)
        return found[0] if found else None

    def page(
        self,
        *,
        state: State | None = None,
        by: str | None = None,
        symbol: str | None = None,
        strategy: str | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> tuple[Backtest, ...]:
        """Newest first; `before` is the sequence above the first one listed."""
        given = {"state": state, "by": by, "symbol": symbol, "strategy": strategy}
        wanted = [backtests.c[name] == value for name, value in given.items() if value is not None]
        if before is not None:
            wanted.append(backtests.c.sequence < before)
        return self._found(*wanted, limit=limit)

    def unfinished(self) -> tuple[Backtest, ...]:
        """Oldest first."""
        return tuple(reversed(self._found(backtests.c.state.in_(UNDER_WAY))))

    def count(self) -> dict[State, int]:
        """How many there are in each state that any is in."""
        query = select(backtests.c.state, func.count().label("found")).group_by(backtests.c.state)
        with self._database.read() as connection:
            return {row.state: row.found for row in connection.execute(query)}

    def begin(self, backtest_id: str, at: datetime) -> bool:
        """It is being run from now on; False where it has ended, or is to be cancelled: then it is."""
        mine = update(backtests).where(backtests.c.id == backtest_id, backtests.c.state.in_(UNDER_WAY))
        with self._database.write() as connection:
            connection.execute(mine.where(backtests.c.cancelled_by.is_not(None)).values(state="cancelled", ended_at=at))
            begun = connection.execute(mine.values(state="running", tries=backtests.c.tries + 1, done=0, of=0))
            return begun.rowcount == 1

    def wait(self, backtest_id: str) -> None:
        """It goes on, from its beginning, at the next start; that it was broken off is no try."""
        changed = {"state": "waiting", "tries": backtests.c.tries - 1, "done": 0, "of": 0}
        self._change(backtest_id, **changed)

    def progress(self, backtest_id: str, done: int, of: int) -> None:
        self._change(backtest_id, done=done, of=of)

    def end(
        self, backtest_id: str, state: Literal["done", "failed", "cancelled"], at: datetime, *,
        reason: str = "", result: Result | None = None,
    ) -> bool:  # fmt: skip
        """State and result in one step; False where it had ended before."""
        mine = update(backtests).where(backtests.c.id == backtest_id, backtests.c.state.in_(UNDER_WAY))
        with self._database.write() as connection:
            is_first = connection.execute(mine.values(state=state, reason=reason, ended_at=at)).rowcount == 1
            if is_first and result is not None:
                packed = {name: zlib.compress(text.encode()) for name, text in result.model_dump().items()}
                connection.execute(insert(backtest_results).values(backtest_id=backtest_id, **packed))
        return is_first

    def cancel(self, backtest_id: str, by: str, at: datetime) -> None:
        """One that waits ends now; whoever runs one looks here. One that has ended stays as it is."""
        mine = update(backtests).where(backtests.c.id == backtest_id, backtests.c.cancelled_by.is_(None))
        with self._database.write() as connection:
            connection.execute(mine.where(backtests.c.state == "running").values(cancelled_by=by))
            ended = {"cancelled_by": by, "state": "cancelled", "ended_at": at}
            connection.execute(mine.where(backtests.c.state == "waiting").values(ended))

    def delete(self, backtest_id: str) -> None:
        """With its result. Raises UsageError where it is under way or unknown."""
        with self._database.write() as connection:
            connection.execute(delete(backtest_results).where(backtest_results.c.backtest_id == backtest_id))
            ended = delete(backtests).where(backtests.c.id == backtest_id, backtests.c.state.not_in(UNDER_WAY))
            if connection.execute(ended).rowcount != 1:
                raise UsageError(f"backtest {backtest_id}: expected one that has ended, was under way or unknown")

    def keep(self, most: int) -> None:
        """Forget the oldest of those that have ended, beyond so many."""
        ended = select(backtests.c.id).where(backtests.c.state.not_in(UNDER_WAY))
        with self._database.write() as connection:
            old = list(connection.execute(ended.order_by(backtests.c.sequence.desc()).offset(most)).scalars())
            connection.execute(delete(backtest_results).where(backtest_results.c.backtest_id.in_(old)))
            connection.execute(delete(backtests).where(backtests.c.id.in_(old)))

    def result(self, backtest_id: str) -> Result | None:
        query = select(backtest_results).where(backtest_results.c.backtest_id == backtest_id)
        with self._database.read() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        return Result(**{name: zlib.decompress(row[name]).decode() for name in Result.model_fields})

    def _change(self, backtest_id: str, **values: object) -> None:
        mine = update(backtests).where(backtests.c.id == backtest_id, backtests.c.state == "running")
        with self._database.write() as connection:
            connection.execute(mine.values(**values))

    def _found(self, *wanted: ColumnElement[bool], limit: int | None = None) -> tuple[Backtest, ...]:
        query = select(backtests).where(*wanted).order_by(backtests.c.sequence.desc()).limit(limit)
        with self._database.read() as connection:
            return tuple(Backtest.model_validate(dict(row)) for row in connection.execute(query).mappings())
