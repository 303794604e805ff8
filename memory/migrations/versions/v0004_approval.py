"""Trades that wait for a person, and halts; append-only by trigger, the former chained."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_APPEND_ONLY = ("ideas", "halts")


def upgrade() -> None:
    heads = sa.table(
        "heads", sa.column("log", sa.String), sa.column("sequence", sa.Integer), sa.column("hash", sa.String)
    )
    op.bulk_insert(heads, [{"log": "ideas", "sequence": 0, "hash": "0" * 64}])
    op.create_table(
        "ideas",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("decision_id", sa.String(12), sa.ForeignKey("admissions.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("mark", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("ix_ideas_once", "ideas", ["decision_id", "number"], unique=True)
    op.create_table(
        "halts", sa.Column("sequence", sa.Integer, primary_key=True), sa.Column("halt", sa.Text, nullable=False)
    )
    _guard()


def _guard() -> None:
    is_postgres = op.get_context().dialect.name == "postgresql"
    for table in _APPEND_ONLY:
        for change in ("UPDATE", "DELETE"):
            body = (
                "FOR EACH ROW EXECUTE FUNCTION fks_append_only()"
                if is_postgres
                else f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
            op.execute(f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} {body}")
