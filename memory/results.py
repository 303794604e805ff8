"""How decisions ended: one result each."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select

from fks_agents.contracts import Result
from fks_agents.errors import LedgerError
from memory._database import Database, add
from memory.schema import results


class Results:
    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, result: Result) -> None:
        """Commit the result; the same one again changes nothing, another one raises LedgerError."""
        text = result.model_dump_json()
        row = {"decision_id": result.decision_id, "ended_at": result.ended_at, "result": text}
        with self._database.write() as connection:
            if add(connection, results, row):
                return
            query = select(results.c.result).where(results.c.decision_id == result.decision_id)
            known = connection.execute(query).scalar_one()
        if known != text:
            raise LedgerError(f"decision {result.decision_id} has another result on record")

    def result(self, decision_id: str) -> Result | None:
        """None while the decision is open."""
        return self.of([decision_id]).get(decision_id)

    def of(self, decision_ids: Collection[str]) -> dict[str, Result]:
        """Decision -> its result, of those that have ended."""
        query = select(results.c.decision_id, results.c.result).where(results.c.decision_id.in_(decision_ids))
        with self._database.glance() as connection:
            return {row.decision_id: Result.model_validate_json(row.result) for row in connection.execute(query)}

    def count(self) -> int:
        with self._database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(results)).scalar_one())
