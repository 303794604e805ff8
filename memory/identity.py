"""The ledger's own name, by which what is kept of it elsewhere is told from that of other ledgers."""

from __future__ import annotations

import secrets

from sqlalchemy import select

from memory._database import Database, add
from memory.schema import identity


def identity_of(database: Database) -> str:
    """12 hex digits, made when they are first asked for. A copy of a ledger has those of the original."""
    with database.read() as connection:
        known: str | None = connection.execute(select(identity.c.name)).scalar()
    if known is not None:
        return known
    with database.write() as connection:
        add(connection, identity, {"number": 1, "name": secrets.token_hex(6)})
        name: str = connection.execute(select(identity.c.name)).scalar_one()
        return name
