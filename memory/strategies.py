"""Strategies that people keep with the service, each version of them; a deleted one keeps its versions."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection, select

from fks_agents.contracts import Contract, Utc
from fks_agents.errors import RefusedError
from memory._database import Database, add
from memory.service_schema import strategies


class Version(Contract):
    """One version of a strategy."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
    number: Annotated[int, Field(ge=1)]
    by: str
    at: Utc
    strategy: str | None
    """JSON; None where this version deleted it."""


class Strategies:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, version: Version) -> None:
        """Commit the next version. Raises RefusedError where it is not the next one: somebody was faster."""
        with self._database.write() as connection:
            known = len(_of(connection, version.name))
            row = {"name": version.name, "number": version.number, "version": version.model_dump_json()}
            if version.number != known + 1 or not add(connection, strategies, row):
                raise RefusedError(
                    f"strategy {version.name} was changed meanwhile: {version.number} is not its next version; "
                    "look at it again"
                )

    def of(self, name: str) -> tuple[Version, ...]:
        """Every version, oldest first."""
        with self._database.read() as connection:
            return _of(connection, name)

    def newest(self) -> tuple[Version, ...]:
        """The newest version of each that is not deleted, by name."""
        query = select(strategies.c.version).order_by(strategies.c.name, strategies.c.number)
        with self._database.read() as connection:
            every = [Version.model_validate_json(text) for text in connection.execute(query).scalars()]
        return tuple(each for each in {each.name: each for each in every}.values() if each.strategy is not None)


def _of(connection: Connection, name: str) -> tuple[Version, ...]:
    query = select(strategies.c.version).where(strategies.c.name == name).order_by(strategies.c.number)
    return tuple(Version.model_validate_json(text) for text in connection.execute(query).scalars())
