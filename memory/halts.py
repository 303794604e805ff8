"""The switch that stops every new order, whoever asks; each turn of it is kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from sqlalchemy import insert, select

from fks_agents.contracts import Contract, Utc
from memory._database import Database
from memory.schema import halts

_NEWEST = select(halts.c.halt).order_by(halts.c.sequence.desc()).limit(1)


class Halt(Contract):
    is_halted: bool
    by: Annotated[str, Field(min_length=1, max_length=64)]
    at: Utc
    reason: Annotated[str, Field(min_length=1, max_length=400)]

    def __str__(self) -> str:
        said = "trading is halted" if self.is_halted else "trading goes on"
        return f"{said} since {self.at:%Y-%m-%d %H:%M} by {self.by}: {self.reason}"


class Halts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def turn(self, halt: Halt) -> None:
        """Committed when this returns; an order that is sent afterwards finds it."""
        with self._database.write() as connection:
            connection.execute(insert(halts).values(halt=halt.model_dump_json()))

    def current(self) -> Halt | None:
        """The halt that is on, or None."""
        with self._database.glance() as connection:
            text = connection.execute(_NEWEST).scalar()
        last = None if text is None else Halt.model_validate_json(text)
        return last if last is not None and last.is_halted else None

    def log(self) -> tuple[Halt, ...]:
        """Every turn, oldest first."""
        query = select(halts.c.halt).order_by(halts.c.sequence)
        with self._database.read() as connection:
            return tuple(Halt.model_validate_json(text) for text in connection.execute(query).scalars())
