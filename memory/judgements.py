"""What judges said of recorded claims, in audits that go on where they were interrupted."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import ColumnElement, select

from fks_agents.contracts import Contract, Fraction, NonNegative, Utc
from fks_agents.errors import LedgerError, UsageError
from memory._chain import Chain
from memory._database import Database, add
from memory.schema import audits, judgements

_LISTED = 5


class Scope(Contract):
    """Which recorded claims an audit is about; None means all."""

    since: Utc | None = None
    """First moment decided about."""
    until: Utc | None = None
    """Last moment decided about."""
    symbol: str | None = None
    agent: str | None = None
    """Who made the claim: the part of its id before the dot."""
    sample: Annotated[int, Field(ge=1)] | None = None
    """So many claims, drawn by the seed."""
    seed: int = 7
    whole: bool = False
    """Each decision as a whole instead of claim by claim."""


class Audit(Contract):
    """One audit: what is judged, and by whom. The same question over the same decisions is the same audit."""

    judge: str
    """`NAME@VERSION`."""
    scope: Scope
    decisions: int
    digest: str
    """sha256 of the ids of the decisions, in order."""

    @property
    def id(self) -> str:
        """First 12 hex digits of sha256 over all of it."""
        return sha256(self.model_dump_json().encode()).hexdigest()[:12]


class Judged(Contract):
    """What one judge said of one claim; given once and never changed."""

    audit_id: str
    """The audit that asked first."""
    decision_id: str
    subject: str
    """Id of the claim in its decision, or `verdict` for the decision as a whole."""
    judge: str
    answer: Literal["supported", "refuted", "not_enough"]
    reason: str = ""
    stated: str = ""
    computed: str = ""
    evidence: tuple[str, ...] = ()
    score: Fraction | None = None
    tokens: Annotated[int, Field(ge=0)] = 0
    seconds: NonNegative = 0.0
    judged_at: Utc


def _columns(judgement: Judged) -> dict[str, Any]:
    return judgement.model_dump(include={"audit_id", "decision_id", "subject", "judge"})


_LOG = Chain(judgements, "judgements", "judgement", Judged, _columns)


class Judgements:
    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, audit: Audit) -> str:
        """Commit the audit before anything is judged; beginning it again changes nothing. Returns its id."""
        with self._database.write() as connection:
            add(connection, audits, {"id": audit.id, "audit": audit.model_dump_json()})
        return audit.id

    def audit(self, audit_id: str) -> Audit:
        """By id or a beginning of it that is unique; raises UsageError listing what there is."""
        with self._database.read() as connection:
            rows = connection.execute(select(audits)).all()
        found = [row for row in rows if audit_id and row.id.startswith(audit_id)]
        if len(found) != 1:
            known = ", ".join(sorted(row.id for row in (found or rows))[:_LISTED]) or "none yet"
            raise UsageError(f"{'several audits' if found else 'unknown audit'} {audit_id!r}: {known}")
        return Audit.model_validate_json(found[0].audit)

    def record(self, *given: Judged) -> int:
        """Commit the judgements together, and return how many are new: what this judge has judged already stays."""
        new = 0
        with self._database.write() as connection:
            for judgement in given:
                known = connection.execute(select(judgements.c.sequence).where(*_about(judgement))).scalar()
                if known is not None:
                    continue
                if connection.execute(select(audits.c.id).where(audits.c.id == judgement.audit_id)).scalar() is None:
                    raise LedgerError(f"audit {judgement.audit_id} was not begun")
                _LOG.append(connection, judgement)
                new += 1
        return new

    def by(self, judge: str | None = None, decisions: Iterable[str] | None = None) -> tuple[Judged, ...]:
        """What was judged, by one judge or by all, by decision, claim and judge; of some decisions or of all."""
        query = select(judgements.c.judgement)
        if judge is not None:
            query = query.where(judgements.c.judge == judge)
        wanted = None if decisions is None else frozenset(decisions)
        with self._database.read() as connection:
            read = [Judged.model_validate_json(text) for text in connection.execute(query).scalars()]
        kept = (each for each in read if wanted is None or each.decision_id in wanted)
        return tuple(sorted(kept, key=lambda each: (each.decision_id, each.subject, each.judge)))

    def verify(self) -> int:
        """Walk the log and return its length; raises LedgerError naming the first broken row."""
        with self._database.read() as connection:
            return _LOG.verify(connection)


def _about(judgement: Judged) -> tuple[ColumnElement[bool], ...]:
    return (
        judgements.c.decision_id == judgement.decision_id,
        judgements.c.subject == judgement.subject,
        judgements.c.judge == judgement.judge,
    )
