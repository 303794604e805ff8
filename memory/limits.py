"""Limits that people set while the service runs: who, when, why; the newest word on each counts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from sqlalchemy import insert, select

from fks_agents.contracts import Contract, Utc
from memory._database import Database
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

    def change(self, change: LimitChange) -> None:
        """Committed when this returns; decisions that are admitted afterwards keep to it."""
        with self._database.write() as connection:
            connection.execute(insert(limit_changes).values(change=change.model_dump_json()))

    def current(self) -> dict[str, float]:
        """What is set beside the settings; empty where nothing is."""
        return {name: value for change in self.log() for name, value in change.limits.items()}

    def log(self) -> tuple[LimitChange, ...]:
        """Every change, oldest first."""
        query = select(limit_changes.c.change).order_by(limit_changes.c.sequence)
        with self._database.read() as connection:
            return tuple(LimitChange.model_validate_json(text) for text in connection.execute(query).scalars())
