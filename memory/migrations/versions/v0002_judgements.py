"""Audits, their judgements, and labels that people give; append-only by trigger, judgements and labels chained."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from memory.migrations.steps import append_only, begin_logs

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_APPEND_ONLY = ("audits", "judgements", "labels")


def upgrade() -> None:
    begin_logs("judgements", "labels")
    op.create_table(
        "audits", sa.Column("id", sa.String(12), primary_key=True), sa.Column("audit", sa.Text, nullable=False)
    )
    op.create_table(
        "judgements",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("audit_id", sa.String(12), sa.ForeignKey("audits.id"), nullable=False),
        sa.Column("decision_id", sa.String(12), sa.ForeignKey("admissions.id"), nullable=False),
        sa.Column("subject", sa.String(128), nullable=False),
        sa.Column("judge", sa.String(128), nullable=False),
        sa.Column("judgement", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("ix_judgements_once", "judgements", ["decision_id", "subject", "judge"], unique=True)
    op.create_table(
        "labels",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("decision_id", sa.String(12), sa.ForeignKey("admissions.id"), nullable=False),
        sa.Column("subject", sa.String(128), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("ix_labels_subject", "labels", ["decision_id", "subject"])
    append_only(_APPEND_ONLY)
