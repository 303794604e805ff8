"""Paper accounts between runs: one versioned state each, and every fill."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from pydantic import JsonValue
from sqlalchemy import exists, func, insert, select, update

from fks_agents.contracts import Fill
from fks_agents.deps import PaperBook
from fks_agents.errors import LedgerError
from memory._database import Database, add
from memory.schema import admissions, fills, paper_accounts


class Numbered(NamedTuple):
    number: int
    """Counts the fills of all accounts."""
    account: str
    fill: Fill


class PaperAccounts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, account: str) -> dict[str, JsonValue] | None:
        """The state as last saved, with the number of saves under `version`; None where there is none."""
        query = select(paper_accounts).where(paper_accounts.c.account == account)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else {**json.loads(row.state), "version": row.version}

    def save(self, account: str, state: dict[str, JsonValue], fills: Sequence[Fill], expected: int) -> None:
        """Keep the state as version `expected + 1` and append the fills, together.

        Raises LedgerError where the account is not at version `expected` (0: new).
        """
        text = json.dumps(state, allow_nan=False, sort_keys=True)
        row = {"account": account, "version": expected + 1, "state": text}
        with self._database.write() as connection:
            if expected == 0:
                was_first = add(connection, paper_accounts, row)
            else:
                here = (paper_accounts.c.account == account) & (paper_accounts.c.version == expected)
                was_first = connection.execute(update(paper_accounts).where(here).values(row)).rowcount == 1
            if not was_first:
                raise LedgerError(f"paper account {account!r} is no longer at version {expected}; load it again")
            if fills:
                connection.execute(insert(_FILLS), [_row(account, fill) for fill in fills])

    def accounts(self) -> tuple[str, ...]:
        """Names, sorted."""
        with self._database.read() as connection:
            return tuple(sorted(connection.execute(select(paper_accounts.c.account)).scalars()))

    def standing(self, limit: int) -> tuple[str, ...]:
        """Names of accounts that are no single decision's own, sorted; the first `limit` of them."""
        own = exists().where(admissions.c.id == paper_accounts.c.account)
        query = select(paper_accounts.c.account).where(~own).order_by(paper_accounts.c.account).limit(limit)
        with self._database.read() as connection:
            return tuple(connection.execute(query).scalars())

    def newest_fill(self) -> int:
        """Number of the last fill of all accounts; 0 before the first."""
        with self._database.read() as connection:
            return connection.execute(select(func.max(_FILLS.c.sequence))).scalar() or 0

    def fills_after(self, number: int, *, limit: int = 200) -> tuple[Numbered, ...]:
        """Fills of all accounts with a higher number, in the order they were appended."""
        query = select(_FILLS).where(_FILLS.c.sequence > number).order_by(_FILLS.c.sequence).limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return tuple(Numbered(row.sequence, row.account, Fill.model_validate_json(row.fill)) for row in rows)

    def fills(self, *, account: str | None = None, decision_id: str | None = None) -> tuple[Fill, ...]:
        """In the order they were appended; of one account, one decision, or both."""
        query = select(_FILLS.c.fill).order_by(_FILLS.c.sequence)
        if account is not None:
            query = query.where(_FILLS.c.account == account)
        if decision_id is not None:
            query = query.where(_FILLS.c.decision_id == decision_id)
        with self._database.read() as connection:
            return tuple(Fill.model_validate_json(text) for text in connection.execute(query).scalars())


_FILLS = fills


def _row(account: str, fill: Fill) -> dict[str, str]:
    return {"account": account, "decision_id": fill.decision_id, "fill": fill.model_dump_json()}


_: type[PaperBook] = PaperAccounts
