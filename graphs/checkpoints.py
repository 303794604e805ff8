"""Where a running decision's steps are kept, so that a kill costs nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from fks_agents.contracts import CHECKPOINTED
from fks_agents.errors import LedgerError


def serializer() -> JsonPlusSerializer:
    """Reads back our contracts and nothing else."""
    return JsonPlusSerializer(allowed_msgpack_modules=CHECKPOINTED)


def sqlite_saver(path: Path) -> SqliteSaver:
    """A saver on one file; raises LedgerError where it cannot be written. Close its `conn` when done.

    WAL with NORMAL survives the death of the process. A power cut may lose the newest step, which costs a repeated step
    but no repeated call or order: those are in the ledger, which is written with FULL.
    """
    try:
        connection = sqlite3.connect(path, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        saver = SqliteSaver(connection, serde=serializer())
        saver.setup()
    except sqlite3.Error as error:
        raise LedgerError(f"cannot write checkpoints to {path}: {error}") from error
    return saver
