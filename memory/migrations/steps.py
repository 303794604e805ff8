"""What several revisions do alike. A revision that was shipped relies on it: add here, change nothing."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


def begin_logs(*logs: str) -> None:
    """Heads of hash-chained logs that are empty yet."""
    heads = sa.table(
        "heads", sa.column("log", sa.String), sa.column("sequence", sa.Integer), sa.column("hash", sa.String)
    )
    op.bulk_insert(heads, [{"log": log, "sequence": 0, "hash": "0" * 64} for log in logs])


def append_only(tables: Sequence[str]) -> None:
    """Triggers that refuse every update and delete; on Postgres they need the function of revision 0001."""
    is_postgres = op.get_context().dialect.name == "postgresql"
    for table in tables:
        for change in ("UPDATE", "DELETE"):
            body = (
                "FOR EACH ROW EXECUTE FUNCTION fks_append_only()"
                if is_postgres
                else f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
            op.execute(f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} {body}")
