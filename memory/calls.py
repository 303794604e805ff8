"""Every request to a chat model and its reply, so that a resumed decision pays once and a replay reads the record."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, select

from fks_agents.deps import Call, CallLog, Reply
from fks_agents.errors import LedgerError
from memory._database import Database, add
from memory.schema import calls

_RECORDED = select(calls.c.reply).where(calls.c.decision_id == bindparam("decision"), calls.c.key == bindparam("call"))
_SHARED = select(calls.c.reply).where(calls.c.shared == bindparam("name")).order_by(calls.c.sequence).limit(1)


class RecordedCall(NamedTuple):
    key: str
    call: Call
    reply: Reply


class FailedCall(NamedTuple):
    decision_id: str
    model: str
    role: str
    failure: str


class Calls:
    def __init__(self, database: Database) -> None:
        self._database = database

    def recorded(self, decision_id: str, key: str) -> Reply | None:
        with self._database.read() as connection:
            text = connection.execute(_RECORDED, {"decision": decision_id, "call": key}).scalar()
        return None if text is None else Reply.model_validate_json(text)

    def shared(self, shared: str) -> Reply | None:
        """The first reply that was recorded under that name, of whichever decision."""
        with self._database.read() as connection:
            text = connection.execute(_SHARED, {"name": shared}).scalar()
        return None if text is None else Reply.model_validate_json(text)

    def record(self, decision_id: str, key: str, call: Call, reply: Reply, *, shared: str = "") -> None:
        """Committed when this returns; the same reply again changes nothing, another one raises LedgerError."""
        row = {
            "decision_id": decision_id,
            "key": key,
            "call": call.model_dump_json(),
            "reply": reply.model_dump_json(),
            "shared": shared or None,
        }
        with self._database.write() as connection:
            if add(connection, calls, row):
                return
            found = connection.execute(_RECORDED, {"decision": decision_id, "call": key})
            known = Reply.model_validate_json(found.scalar_one())
        if (known.text, known.reasoning) != (reply.text, reply.reasoning):
            raise LedgerError(f"decision {decision_id}: call {key[:12]} of {call.role} has another reply on record")

    def calls(self, decision_id: str) -> tuple[RecordedCall, ...]:
        """In the order they were recorded."""
        query = select(calls).where(calls.c.decision_id == decision_id).order_by(calls.c.sequence)
        with self._database.read() as connection:
            return tuple(
                RecordedCall(row.key, Call.model_validate_json(row.call), Reply.model_validate_json(row.reply))
                for row in connection.execute(query)
            )

    def failed(self, among: int) -> tuple[FailedCall, ...]:
        """Of the newest `among` calls those without a usable reply, newest first."""
        newest = select(calls).order_by(calls.c.sequence.desc()).limit(among).subquery()
        # Inside a text the quotes would be escaped: this is the field, and it is empty.
        query = select(newest).where(newest.c.reply.not_like('%"failure":""%')).order_by(newest.c.sequence.desc())
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        asked = ((row.decision_id, Call.model_validate_json(row.call), row.reply) for row in rows)
        return tuple(
            FailedCall(decision, call.model, call.role, Reply.model_validate_json(reply).failure)
            for decision, call, reply in asked
        )


_: type[CallLog] = Calls
