"""Where a running decision's steps are kept, so that a kill costs nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver
from pydantic import ValidationError
from sqlalchemy import make_url

from fks_agents._redaction import redact
from fks_agents.contracts import CHECKPOINTED, Contract
from fks_agents.errors import ConfigError, FksError, LedgerError


class OutdatedStepError(FksError):
    """A kept step does not fit today's contracts: another version wrote it."""


class Validating(JsonPlusSerializer):
    """Where a contract does not fit the library hands back an object that nobody validated. Here that is an error."""

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        value = super().loads_typed(data)
        _check(value)
        return value


def _check(value: object) -> None:
    match value:
        case Contract():
            if not _fits(value):
                raise OutdatedStepError(f"a kept {type(value).__name__} is not what this version calls one")
        case dict():
            for inner in value.values():
                _check(inner)
        case list() | tuple():
            for inner in value:
                _check(inner)


def _fits(value: Contract) -> bool:
    """All fields were written, and validating what was read changes nothing."""
    if value.model_fields_set != set(type(value).model_fields):
        return False
    try:
        return type(value).model_validate(value.model_dump(warnings=False)) == value
    except (ValidationError, AttributeError):
        return False


def serializer() -> JsonPlusSerializer:
    """Reads back our contracts and nothing else."""
    return Validating(allowed_msgpack_modules=CHECKPOINTED)


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


def postgres_saver(url: str) -> BaseCheckpointSaver[str]:
    """A saver in the ledger's database; raises ConfigError without the extra, LedgerError where the server does
    not answer. Close its `conn` when done."""
    try:
        import psycopg
        from langgraph.checkpoint.postgres import PostgresSaver
        from psycopg.rows import dict_row
    except ImportError as error:
        raise ConfigError("checkpoints on Postgres need a package: pip install 'fks-agents[postgres]'") from error
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        connection = psycopg.connect(address, autocommit=True, prepare_threshold=0, row_factory=dict_row)
        saver = PostgresSaver(connection, serde=serializer())
        saver.setup()
    except psycopg.Error as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise LedgerError(f"cannot keep checkpoints on Postgres: {redact(first)}") from error
    return saver
