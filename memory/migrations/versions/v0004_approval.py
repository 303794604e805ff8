"""Trades that wait for a person, and halts; append-only by trigger, the former chained."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from memory.migrations.steps import append_only, begin_logs

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_APPEND_ONLY = ("ideas", "halts")


def upgrade() -> None:
    begin_logs("ideas")
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
    append_only(_APPEND_ONLY)
