"""The log of finished decisions: each row carries the hash of the row before it, and the head says where it ends."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, RowMapping, insert, select, update

from fks_agents.contracts import Cycle
from fks_agents.errors import LedgerError
from memory._database import next_in
from memory.schema import cycles, heads

_START = "0" * 64


def append(connection: Connection, cycle: Cycle) -> None:
    """Add the cycle as the next row; the transaction is the caller's."""
    sequence, previous = next_in(connection, "cycles")
    text = cycle.model_dump_json()
    row = _columns(cycle) | {
        "sequence": sequence,
        "cycle": text,
        "previous_hash": previous,
        "hash": _hash(previous, sequence, text),
    }
    connection.execute(insert(cycles).values(row))
    connection.execute(update(heads).where(heads.c.log == "cycles").values(hash=row["hash"]))


def verify(connection: Connection) -> int:
    """Length of the log; raises LedgerError naming the first row that is missing, moved or changed."""
    expected, previous = 1, _START
    rows = connection.execution_options(yield_per=50).execute(select(cycles).order_by(cycles.c.sequence))
    for row in rows.mappings():
        if row["sequence"] != expected:
            raise LedgerError(f"log of decisions: row {expected} is missing")
        broken = _fault(row, previous)
        if broken is not None:
            raise LedgerError(f"log of decisions: row {expected} (decision {row['decision_id']}) {broken}")
        expected, previous = expected + 1, row["hash"]
    head = connection.execute(select(heads).where(heads.c.log == "cycles")).mappings().one()
    if (head["sequence"], head["hash"]) != (expected - 1, previous):
        raise LedgerError(f"log of decisions: row {expected} is missing; the head says {head['sequence']} rows")
    return expected - 1


def _fault(row: RowMapping, previous: str) -> str | None:
    if row["previous_hash"] != previous:
        return "does not follow the row before it"
    if row["hash"] != _hash(previous, row["sequence"], row["cycle"]):
        return "was changed"
    try:
        columns = _columns(Cycle.model_validate_json(row["cycle"]))
    except ValidationError:
        return "cannot be read"
    changed = [name for name, value in columns.items() if row[name] != value]
    return f"says {changed[0]} {row[changed[0]]!r}, its content {columns[changed[0]]!r}" if changed else None


def _columns(cycle: Cycle) -> dict[str, Any]:
    return {
        "decision_id": cycle.id,
        "symbol": cycle.symbol,
        "timeframe": cycle.timeframe,
        "as_of": cycle.as_of,
        "action": cycle.action,
        "status": cycle.status,
        "outcome": cycle.verdict.outcome,
        "reason": cycle.reason,
        "digest": cycle.digest,
    }


def _hash(previous: str, sequence: int, text: str) -> str:
    return sha256(f"{previous}|{sequence}|{text}".encode()).hexdigest()
