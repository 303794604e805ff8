"""Names under which answers serve other decisions, what a day allowed each decision to spend, and what it spent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from memory.migrations.steps import append_only, begin_logs

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_APPEND_ONLY = ("allowances", "spendings")


def upgrade() -> None:
    begin_logs("allowances")
    op.add_column("calls", sa.Column("shared", sa.String(64)))
    op.create_index("ix_calls_shared", "calls", ["shared"])
    op.create_table(
        "allowances",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("decision_id", sa.String(12), sa.ForeignKey("admissions.id"), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        *_amounts(nullable=True),
    )
    op.create_index("ix_allowances_day", "allowances", ["day"])
    op.create_index("ix_allowances_decision", "allowances", ["decision_id"])
    op.create_table(
        "spendings",
        sa.Column("allowance", sa.Integer, sa.ForeignKey("allowances.sequence"), primary_key=True, autoincrement=False),
        *_amounts(nullable=False),
    )
    append_only(_APPEND_ONLY)


def _amounts(*, nullable: bool) -> tuple[sa.Column[int], sa.Column[float], sa.Column[float]]:
    return (
        sa.Column("tokens", sa.BigInteger, nullable=nullable),
        sa.Column("seconds", sa.Double, nullable=nullable),
        sa.Column("money", sa.Double, nullable=nullable),
    )
