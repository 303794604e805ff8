"""The ledger's tables. A change here needs a new file in `migrations/versions`; a test compares the two.

Whole values are kept as the JSON of their contract; columns beside it are what queries filter and join on.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.types import TypeDecorator

REVISION = "0005"

ACCOUNT = String(64).with_variant(Text(), "postgresql")
"""The account of a source is named like it, and a file's path may be long; SQLite looks at no length."""
"""The newest revision; a ledger that says so needs no migration, and Alembic is not imported."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(at: datetime) -> int:
    """Since 1970 in UTC, exact; raises ValueError for a time without zone."""
    if at.tzinfo is None:
        raise ValueError(f"expected a time with zone, was {at!r}")
    return (at - _EPOCH) // timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, kept as microseconds since 1970 so that every database orders it alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        del dialect
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        del dialect
        return None if value is None else _EPOCH + timedelta(microseconds=value)


metadata = MetaData()


def _decision(*, primary_key: bool = False) -> Column[str]:
    return Column("decision_id", String(12), ForeignKey("admissions.id"), primary_key=primary_key, nullable=False)


heads = Table(
    "heads",
    metadata,
    Column("log", String(16), primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)
"""Last number given out in each log, and the last hash. Its row is the lock two writers meet at."""

admissions = Table(
    "admissions",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("sequence", Integer, nullable=False, unique=True),
    Column("symbol", String(64), nullable=False),
    Column("account", ACCOUNT, nullable=False),
    Column("admission", Text, nullable=False),
)

cycles = Table(
    "cycles",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("decision_id", String(12), ForeignKey("admissions.id"), nullable=False, unique=True),
    Column("symbol", String(64), nullable=False),
    Column("timeframe", String(8), nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("action", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("cycle", Text, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_cycles_symbol_as_of", "symbol", "as_of"),
)

calls = Table(
    "calls",
    metadata,
    Column("sequence", Integer, primary_key=True),
    _decision(),
    Column("key", String(128), nullable=False),
    Column("call", Text, nullable=False),
    Column("reply", Text, nullable=False),
    Column("shared", String(64)),
    Index("ix_calls_decision_key", "decision_id", "key", unique=True),
    Index("ix_calls_shared", "shared"),
)

intents = Table(
    "intents",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("client_order_id", String(32), nullable=False, unique=True),
    _decision(),
    Column("intent", Text, nullable=False),
    Index("ix_intents_decision", "decision_id"),
)

receipts = Table(
    "receipts",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("client_order_id", String(32), ForeignKey("intents.client_order_id"), nullable=False),
    Column("receipt", Text, nullable=False),
    Index("ix_receipts_order", "client_order_id"),
)

paper_accounts = Table(
    "paper_accounts",
    metadata,
    Column("account", ACCOUNT, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
)

fills = Table(
    "fills",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("account", ACCOUNT, nullable=False),
    _decision(),
    Column("fill", Text, nullable=False),
    Index("ix_fills_account", "account"),
    Index("ix_fills_decision", "decision_id"),
)

results = Table(
    "results",
    metadata,
    _decision(primary_key=True),
    Column("ended_at", Instant, nullable=False),
    Column("result", Text, nullable=False),
)

lessons = Table(
    "lessons",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("agent", String(64), nullable=False),
    Column("symbol", String(64), nullable=False),
    Column("regime", String(16), nullable=False),
    Column("learned_at", Instant, nullable=False),
    Column("lesson", Text, nullable=False),
    Index("ix_lessons_agent_learned_at", "agent", "learned_at"),
)

recalls = Table(
    "recalls",
    metadata,
    _decision(primary_key=True),
    Column("agent", String(64), primary_key=True),
    Column("lesson_ids", Text, nullable=False),
)

audits = Table(
    "audits",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("audit", Text, nullable=False),
)

judgements = Table(
    "judgements",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("audit_id", String(12), ForeignKey("audits.id"), nullable=False),
    _decision(),
    Column("subject", String(128), nullable=False),
    Column("judge", String(128), nullable=False),
    Column("judgement", Text, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_judgements_once", "decision_id", "subject", "judge", unique=True),
)
"""The unique index is what keeps a judge from judging the same claim twice."""

labels = Table(
    "labels",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    _decision(),
    Column("subject", String(128), nullable=False),
    Column("person", String(64), nullable=False),
    Column("label", Text, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_labels_subject", "decision_id", "subject"),
)


def _amounts(*, nullable: bool) -> tuple[Column[int], Column[float], Column[float]]:
    """Tokens, seconds of model time, US dollars."""
    return (
        Column("tokens", BigInteger, nullable=nullable),
        Column("seconds", Double, nullable=nullable),
        Column("money", Double, nullable=nullable),
    )


allowances = Table(
    "allowances",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    _decision(),
    Column("day", String(10), nullable=False),
    *_amounts(nullable=True),
    Index("ix_allowances_day", "day"),
    Index("ix_allowances_decision", "decision_id"),
)
"""What a decision may spend of its day; empty where nothing limits it."""

spendings = Table(
    "spendings",
    metadata,
    Column("allowance", Integer, ForeignKey("allowances.sequence"), primary_key=True, autoincrement=False),
    *_amounts(nullable=False),
)
"""What was spent of an allowance; until it stands here the whole allowance counts as spent."""

ideas = Table(
    "ideas",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    _decision(),
    Column("number", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("mark", Text, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_ideas_once", "decision_id", "number", unique=True),
)
"""What happened to trades that wait for a person. Of two answers to the same state the unique index keeps the first."""

halts = Table(
    "halts",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("halt", Text, nullable=False),
)
"""Every stop of trading and every end of one; the last row counts."""

identity = Table(
    "identity",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", String(12), nullable=False),
)
"""One row: what this ledger is called where others are, too."""

APPEND_ONLY = (
    "admissions", "cycles", "calls", "intents", "receipts", "fills", "results", "lessons", "recalls", "audits",
    "judgements", "labels", "allowances", "spendings", "ideas", "halts", "identity",
    "happenings", "limit_changes", "notices", "strategies", "scanned_bars", "watchlists", "job_turns",
)  # fmt: skip
"""Tables in which triggers refuse every update and delete."""
