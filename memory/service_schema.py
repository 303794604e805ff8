"""The service's tables, beside the record of decisions: who asked for what, and what was told while it ran."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

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
