"""The first schema: decisions, calls, orders, paper accounts, results, lessons; append-only by trigger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from memory.migrations.steps import append_only

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_APPEND_ONLY = ("admissions", "cycles", "calls", "intents", "receipts", "fills", "results", "lessons", "recalls")


def upgrade() -> None:
    _decisions()
    _orders()
    _paper()
    _memory()
    _guard()


def _decision(*, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(
        "decision_id", sa.String(12), sa.ForeignKey("admissions.id"), primary_key=primary_key, nullable=False
    )


def _decisions() -> None:
    heads = op.create_table(
        "heads",
        sa.Column("log", sa.String(16), primary_key=True),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.bulk_insert(heads, [{"log": log, "sequence": 0, "hash": "0" * 64} for log in ("admissions", "cycles")])
    op.create_table(
        "admissions",
        sa.Column("id", sa.String(12), primary_key=True),
        sa.Column("sequence", sa.Integer, nullable=False, unique=True),
        sa.Column("symbol", sa.String(64), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("admission", sa.Text, nullable=False),
    )
    op.create_table(
        "cycles",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("decision_id", sa.String(12), sa.ForeignKey("admissions.id"), nullable=False, unique=True),
        sa.Column("symbol", sa.String(64), nullable=False),
        sa.Column("timeframe", sa.String(8), nullable=False),
        sa.Column("as_of", sa.BigInteger, nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("cycle", sa.Text, nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("ix_cycles_symbol_as_of", "cycles", ["symbol", "as_of"])
    op.create_table(
        "calls",
        sa.Column("sequence", sa.Integer, primary_key=True),
        _decision(),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("reply", sa.Text, nullable=False),
    )
    op.create_index("ix_calls_decision_key", "calls", ["decision_id", "key"], unique=True)


def _orders() -> None:
    op.create_table(
        "intents",
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("client_order_id", sa.String(32), nullable=False, unique=True),
        _decision(),
        sa.Column("intent", sa.Text, nullable=False),
    )
    op.create_index("ix_intents_decision", "intents", ["decision_id"])
    op.create_table(
        "receipts",
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("client_order_id", sa.String(32), sa.ForeignKey("intents.client_order_id"), nullable=False),
        sa.Column("receipt", sa.Text, nullable=False),
    )
    op.create_index("ix_receipts_order", "receipts", ["client_order_id"])


def _paper() -> None:
    op.create_table(
        "paper_accounts",
        sa.Column("account", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
    )
    op.create_table(
        "fills",
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("account", sa.String(64), nullable=False),
        _decision(),
        sa.Column("fill", sa.Text, nullable=False),
    )
    op.create_index("ix_fills_account", "fills", ["account"])
    op.create_index("ix_fills_decision", "fills", ["decision_id"])


def _memory() -> None:
    op.create_table(
        "results",
        _decision(primary_key=True),
        sa.Column("ended_at", sa.BigInteger, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
    )
    op.create_table(
        "lessons",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("symbol", sa.String(64), nullable=False),
        sa.Column("regime", sa.String(16), nullable=False),
        sa.Column("learned_at", sa.BigInteger, nullable=False),
        sa.Column("lesson", sa.Text, nullable=False),
    )
    op.create_index("ix_lessons_agent_learned_at", "lessons", ["agent", "learned_at"])
    op.create_table(
        "recalls",
        _decision(primary_key=True),
        sa.Column("agent", sa.String(64), primary_key=True),
        sa.Column("lesson_ids", sa.Text, nullable=False),
    )


def _guard() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION fks_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$"
        )
    append_only(_APPEND_ONLY)
