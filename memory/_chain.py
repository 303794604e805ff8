"""A log whose rows each carry the hash of the row before, while its head says where it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from sqlalchemy import Connection, RowMapping, Table, insert, select, update

from fks_agents.contracts import Contract
from fks_agents.errors import LedgerError
from memory._database import next_in
from memory.schema import heads

_START = "0" * 64

V = TypeVar("V", bound=Contract)


@dataclass(frozen=True)
class Chain(Generic[V]):
    """Values of one kind in `table`, whose name is that of the log's head."""

    table: Table
    title: str
    """What the rows are, in errors."""
    text: str
    """Column of the value's JSON."""
    shape: type[V]
    columns: Callable[[V], dict[str, Any]]
    """What queries filter and join on, read off the value; `decision_id` among them."""
    of_text: Callable[[str], dict[str, Any]] = lambda _: {}
    """The same, read off the text as it was written: values gain fields from version to version."""

    def append(self, connection: Connection, value: V) -> int:
        """Add the value as the next row and return its number; the transaction is the caller's."""
        sequence, previous = next_in(connection, self.table.name)
        text = value.model_dump_json()
        row = (
            self.columns(value)
            | self.of_text(text)
            | {
                "sequence": sequence,
                self.text: text,
                "previous_hash": previous,
                "hash": _hash(previous, sequence, text),
            }
        )
        connection.execute(insert(self.table).values(row))
        connection.execute(update(heads).where(heads.c.log == self.table.name).values(hash=row["hash"]))
        return sequence

    def verify(self, connection: Connection) -> int:
        """Length of the log; raises LedgerError naming the first row that is missing, moved or changed."""
        expected, previous = 1, _START
        for row in self._rows(connection):
            if row["sequence"] != expected:
                raise LedgerError(f"log of {self.title}: row {expected} is missing")
            broken = self._fault(row, previous)
            if broken is not None:
                raise LedgerError(f"log of {self.title}: row {expected} (decision {row['decision_id']}) {broken}")
            expected, previous = expected + 1, row["hash"]
        head = connection.execute(select(heads).where(heads.c.log == self.table.name)).mappings().one()
        if (head["sequence"], head["hash"]) != (expected - 1, previous):
            raise LedgerError(f"log of {self.title}: row {expected} is missing; the head says {head['sequence']} rows")
        return expected - 1

    def _rows(self, connection: Connection) -> Iterator[RowMapping]:
        query = select(self.table).order_by(self.table.c.sequence)
        yield from connection.execution_options(yield_per=50).execute(query).mappings()

    def _fault(self, row: RowMapping, previous: str) -> str | None:
        if row["previous_hash"] != previous:
            return "does not follow the row before it"
        if row["hash"] != _hash(previous, row["sequence"], row[self.text]):
            return "was changed"
        try:
            text = row[self.text]
            columns = self.columns(self.shape.model_validate_json(text)) | self.of_text(text)
        except ValidationError:
            return "cannot be read"
        changed = [name for name, value in columns.items() if row[name] != value]
        return f"says {changed[0]} {row[changed[0]]!r}, its content {columns[changed[0]]!r}" if changed else None


def _hash(previous: str, sequence: int, text: str) -> str:
    return sha256(f"{previous}|{sequence}|{text}".encode()).hexdigest()
