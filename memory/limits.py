"""Limits that people set while the service runs: who, when, why; the newest word on each counts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from fks_agents.contracts import Contract, Utc
from fks_agents.errors import RefusedError
from memory._database import Database, add
from memory.service_schema import limit_changes


class LimitChange(Contract):
    limits: dict[str, float]
    """Setting -> value, of those that were set."""
    by: Annotated[str, Field(min_length=1, max_length=64)]
    at: Utc
    reason: Annotated[str, Field(min_length=1, max_length=400)]


class Limits:
    def __init__(self, database: Database) -> None:
        self._database = database

    def change(self, change: LimitChange, *, after: int) -> None:
        """Committed when this returns; decisions that are admitted afterwards keep to it.

        `after` is how many changes the caller saw. Raises RefusedError where there are more by now.
        """
        row = {"sequence": after + 1, "change": change.model_dump_json()}
        with self._database.write() as connection:
            if not add(connection, limit_changes, row):
                raise RefusedError("the limits were changed meanwhile; look at them again")

    def current(self) -> dict[str, float]:
        """What is set beside the settings; empty where nothing is."""
        return {name: value for change in self.log() for name, value in change.limits.items()}

    def log(self) -> tuple[LimitChange, ...]:
        """Every change, oldest first."""
        query = select(limit_changes.c.change).order_by(limit_changes.c.sequence)
        with self._database.read() as connection:
            return tuple(LimitChange.model_validate_json(text) for text in connection.execute(query).scalars())
