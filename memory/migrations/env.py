"""Alembic's entry: migrates the connection it is handed, in the transaction that is already open."""

from __future__ import annotations

from alembic import context

from memory.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
