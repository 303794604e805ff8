"""The service's tables, beside the record of decisions: who asked for what, and what was told while it ran."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from memory.schema import Instant, metadata

requests = Table(
    "requests",
    metadata,
    Column("decision_id", String(12), ForeignKey("admissions.id"), primary_key=True),
    Column("person", String(64), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("key", String(160)),
    Column("question", String(64), nullable=False),
    Column("cancelled_by", String(64)),
    Index("ix_requests_key", "key", unique=True),
)
"""Who asked for a decision; `key` is theirs for asking once, `question` the digest of what was asked with it."""

happenings = Table(
    "happenings",
    metadata,
    Column("decision_id", String(12), ForeignKey("admissions.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(32), nullable=False),
    Column("told", Text, nullable=False),
)
"""What a listener was told of a running decision, in order, so that one who comes back misses nothing."""

people = Table(
    "people",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("is_disabled", Boolean, nullable=False),
)
"""Who may sign in. Every change counts `version` up, which ends all of their sessions."""

keys = Table(
    "keys",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("secret_hash", String(64), nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
)
"""Keys of programs; the secret itself is shown once and kept nowhere."""

revoked = Table(
    "revoked",
    metadata,
    Column("token_id", String(64), primary_key=True),
    Column("expires_at", Instant, nullable=False),
)
"""Sessions that were ended before their time."""

limit_changes = Table(
    "limit_changes",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("change", Text, nullable=False),
)
"""Limits that were set while the service ran; the newest word on each counts."""

strategies = Table(
    "strategies",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Text, nullable=False),
)
"""Every version of the strategies that are kept here."""

backtests = Table(
    "backtests",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("id", String(12), nullable=False, unique=True),
    Column("by", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("strategy", String(64), nullable=False),
    Column("symbol", String(64), nullable=False),
    Column("request", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("done", Integer, nullable=False),
    Column("of", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("ended_at", Instant),
    Column("cancelled_by", String(64)),
    Index("ix_backtests_state", "state"),
)
"""Backtests that people asked for; those under way are the queue."""

backtest_results = Table(
    "backtest_results",
    metadata,
    Column("backtest_id", String(12), ForeignKey("backtests.id"), primary_key=True),
    Column("told", LargeBinary, nullable=False),
    Column("drawn", LargeBinary, nullable=False),
    Column("report", LargeBinary, nullable=False),
)
"""What came of them, packed by zlib."""

notices = Table(
    "notices",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("key", String(200), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("picture", LargeBinary),
    Index("ix_notices_key", "key", unique=True),
)
"""What a person should know. The key says what happened: the same thing is written once."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("notice", Integer, ForeignKey("notices.number"), primary_key=True, autoincrement=False),
    Column("channel", String(64), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("problem", Text, nullable=False),
    Index("ix_deliveries_sent", "channel", "sent_at"),
)
"""What became of a notice at one address; no row where nobody has taken it up yet."""

cursors = Table(
    "cursors",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("first", BigInteger, nullable=False),
    Column("value", BigInteger, nullable=False),
)
"""How far somebody has read, and where they began."""

messages = Table(
    "messages",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("is_answered", Boolean, nullable=False),
)
"""Messages of chats that were taken up, so that none is acted on twice."""

scanned_bars = Table(
    "scanned_bars",
    metadata,
    Column("source", Text, primary_key=True),
    Column("symbol", String(64), primary_key=True),
    Column("timeframe", String(8), primary_key=True),
    Column("closed_at", Instant, primary_key=True),
    Column("decision_id", String(12), ForeignKey("admissions.id"), nullable=False),
)
"""The one decision that a scan made for each bar; written with its admission or not at all."""

watchlists = Table(
    "watchlists",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Text, nullable=False),
)
"""Every version of the lists that are scanned."""

job_turns = Table(
    "job_turns",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("turn", Text, nullable=False),
)
"""Each time somebody started or stopped the scanner."""

job_runs = Table(
    "job_runs",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("job", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("run", Text, nullable=False),
    Index("ix_job_runs_job", "job", "due_at"),
)
"""What became of the newest due times of each job; older ones are forgotten."""
