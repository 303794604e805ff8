"""What the service keeps beside the record: requests and what was told while they ran."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from memory.migrations.steps import append_only

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_APPEND_ONLY = ("happenings", "identity", "limit_changes", "strategies")


def upgrade() -> None:
    op.create_table(
        "requests",
        sa.Column("decision_id", sa.String(12), sa.ForeignKey("admissions.id"), primary_key=True),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("key", sa.String(160)),
        sa.Column("question", sa.String(64), nullable=False),
        sa.Column("cancelled_by", sa.String(64)),
    )
    op.create_index("ix_requests_key", "requests", ["key"], unique=True)
    op.create_table(
        "happenings",
        sa.Column("decision_id", sa.String(12), sa.ForeignKey("admissions.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("told", sa.Text, nullable=False),
    )
    _identity()
    _people()
    _limits_and_strategies()
    _backtests()
    _notices()
    _scans()
    _long_accounts()
    append_only(_APPEND_ONLY)


def _long_accounts() -> None:
    """The account of a source is named like it; SQLite looks at no length."""
    if op.get_context().dialect.name == "postgresql":
        for table in ("admissions", "paper_accounts", "fills"):
            op.alter_column(table, "account", type_=sa.Text, existing_nullable=False)


def _identity() -> None:
    op.create_table(
        "identity",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(12), nullable=False),
    )


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("is_disabled", sa.Boolean, nullable=False),
    )
    op.create_table(
        "keys",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("revoked_at", sa.BigInteger),
    )
    op.create_table(
        "revoked",
        sa.Column("token_id", sa.String(64), primary_key=True),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )


def _limits_and_strategies() -> None:
    op.create_table(
        "limit_changes",
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("change", sa.Text, nullable=False),
    )
    op.create_table(
        "strategies",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Text, nullable=False),
    )


def _backtests() -> None:
    op.create_table(
        "backtests",
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(12), nullable=False, unique=True),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("strategy", sa.String(64), nullable=False),
        sa.Column("symbol", sa.String(64), nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("of", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("cancelled_by", sa.String(64)),
    )
    op.create_index("ix_backtests_state", "backtests", ["state"])
    op.create_table(
        "backtest_results",
        sa.Column("backtest_id", sa.String(12), sa.ForeignKey("backtests.id"), primary_key=True),
        sa.Column("told", sa.LargeBinary, nullable=False),
        sa.Column("drawn", sa.LargeBinary, nullable=False),
        sa.Column("report", sa.LargeBinary, nullable=False),
    )


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("picture", sa.LargeBinary),
    )
    op.create_index("ix_notices_key", "notices", ["key"], unique=True)
    op.create_table(
        "deliveries",
        sa.Column("notice", sa.Integer, sa.ForeignKey("notices.number"), primary_key=True, autoincrement=False),
        sa.Column("channel", sa.String(64), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("sent_at", sa.BigInteger),
        sa.Column("problem", sa.Text, nullable=False),
    )
    op.create_index("ix_deliveries_sent", "deliveries", ["channel", "sent_at"])
    op.create_table(
        "cursors",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.String(80), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("is_answered", sa.Boolean, nullable=False),
    )
    append_only(("notices",))


def _scans() -> None:
    op.create_table(
        "scanned_bars",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("symbol", sa.String(64), primary_key=True),
        sa.Column("timeframe", sa.String(8), primary_key=True),
        sa.Column("closed_at", sa.BigInteger, primary_key=True),
        sa.Column("decision_id", sa.String(12), sa.ForeignKey("admissions.id"), nullable=False),
    )
    op.create_table(
        "watchlists",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Text, nullable=False),
    )
    op.create_table(
        "job_turns",
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("turn", sa.Text, nullable=False),
    )
    op.create_table(
        "job_runs",
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("job", sa.Text, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("run", sa.Text, nullable=False),
    )
    op.create_index("ix_job_runs_job", "job_runs", ["job", "due_at"])
    append_only(("scanned_bars", "watchlists", "job_turns"))
