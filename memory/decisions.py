"""Decisions: admitted before anything runs, appended whole when they finish, never changed afterwards."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any, get_args

from pydantic import Field, JsonValue
from sqlalchemy import ColumnElement, Select, insert, select

from fks_agents._record import digest_of
from fks_agents.contracts import Action, Contract, Cycle, Outcome, Proposal, Status, Timeframe, Utc
from fks_agents.deps import JUDGES, ChatRole
from fks_agents.errors import LedgerError, UsageError
from fks_agents.settings import Settings, places
from memory._chain import Chain
from memory._database import Database, next_in
from memory.requests import Asked, record
from memory.scans import BarKey, take
from memory.schema import admissions, cycles, results
from memory.service_schema import requests

_LISTED = 5
"""How many decisions an error names."""


class Admission(Contract):
    """A decision that was accepted; whatever happens, it finishes or is listed as unfinished."""

    id: str
    """First 12 hex digits of sha256(symbol|timeframe|as_of|settings digest|sequence)."""
    sequence: Annotated[int, Field(ge=1)]
    symbol: str
    timeframe: Timeframe
    as_of: Utc
    account: str
    settings: dict[str, JsonValue]
    """Every setting that can be given again at resume or replay; where things lie is left out."""
    settings_digest: str
    models: dict[str, str]
    """`quick`, `deep` -> model name; `judge` and the further judges only where they have one."""
    proposed: Proposal | None = None
    """The trade it is about, where somebody outside proposed one; None where analysts are asked."""


class Entry(Contract):
    """One finished decision, as the history lists it."""

    id: str
    sequence: int
    symbol: str
    timeframe: Timeframe
    as_of: Utc
    action: Action
    status: Status
    outcome: Outcome
    """Of the gate."""
    reason: str
    account: str
    digest: str
    asked_by: str | None = None
    """Who asked the service for it; None where it was asked for elsewhere."""


class Decisions:
    def __init__(self, database: Database) -> None:
        self._database = database

    def admit(
        self,
        symbol: str,
        timeframe: Timeframe,
        as_of: datetime,
        settings: Settings,
        *,
        account: str | None = None,
        asked: Asked | None = None,
    ) -> Admission:
        """Commit a decision before anything runs, together with who asked for it. Without an account it gets one of its
        own, named like its id. Raises RefusedError where it was asked for meanwhile with the same key, and where it is
        a scan's and another scan's is about the same bar."""
        if as_of.tzinfo is None:
            raise UsageError(f"as_of: expected a time with zone, was {as_of.isoformat()!r}")
        with self._database.write() as connection:
            sequence, _ = next_in(connection, "admissions")
            key = f"{symbol}|{timeframe}|{as_of.astimezone(UTC).isoformat()}|{settings.digest}|{sequence}"
            decision_id = sha256(key.encode()).hexdigest()[:12]
            admission = Admission(
                id=decision_id,
                sequence=sequence,
                symbol=symbol,
                timeframe=timeframe,
                as_of=as_of,
                account=account or decision_id,
                settings=settings.model_dump(mode="json", exclude=set(places())),
                settings_digest=settings.digest,
                models=_models(settings),
                proposed=asked.proposed if asked is not None else None,
            )
            connection.execute(
                insert(admissions).values(
                    id=decision_id,
                    sequence=sequence,
                    symbol=symbol,
                    account=admission.account,
                    admission=admission.model_dump_json(),
                )
            )
            if asked is not None:
                record(connection, decision_id, asked)
            if asked is not None and asked.is_scan:
                bar = BarKey(source=settings.source, symbol=symbol, timeframe=timeframe, closed_at=as_of)
                take(connection, bar, decision_id)
        return admission

    def finish(self, cycle: Cycle) -> None:
        """Append the cycle. The same content again changes nothing; other content raises LedgerError."""
        with self._database.write() as connection:
            known = connection.execute(select(cycles.c.digest).where(cycles.c.decision_id == cycle.id)).scalar()
            if known is None:
                _LOG.append(connection, cycle)
            elif known != cycle.digest:
                raise LedgerError(
                    f"decision {cycle.id} is finished with digest {known}; "
                    f"it cannot be finished again with {cycle.digest}"
                )

    def admission(self, decision_id: str) -> Admission:
        """By id or by a beginning of it that is unique; raises UsageError listing the latest ids."""
        with self._database.read() as connection:
            found = connection.execute(
                select(admissions.c.admission).where(admissions.c.id.startswith(decision_id, autoescape=True)).limit(2)
            ).all()
        return Admission.model_validate_json(self._only(decision_id, found).admission)

    def cycle(self, decision_id: str) -> Cycle:
        """A finished decision, by id or a beginning of it that is unique; raises UsageError listing the latest ids."""
        with self._database.read() as connection:
            found = connection.execute(
                select(admissions.c.id, cycles.c.cycle, cycles.c.digest)
                .join_from(admissions, cycles, isouter=True)
                .where(admissions.c.id.startswith(decision_id, autoescape=True))
                .limit(2)
            ).all()
        row = self._only(decision_id, found)
        if row.cycle is None:
            raise UsageError(f"decision {row.id} is not finished; `fks resume {row.id}` finishes it")
        cycle = Cycle.model_validate_json(row.cycle)
        if (found_digest := digest_of(row.cycle)) != row.digest:
            raise LedgerError(f"decision {row.id}: digest says {row.digest}, content gives {found_digest}")
        return cycle

    def is_finished(self, decision_id: str) -> bool:
        """Whether the decision with exactly this id is; one that was never admitted is not."""
        query = select(cycles.c.decision_id).where(cycles.c.decision_id == decision_id)
        with self._database.read() as connection:
            return connection.execute(query).scalar() is not None

    def unfinished(self, *, besides: Collection[str] = (), limit: int | None = None) -> tuple[Admission, ...]:
        """Admitted, but not finished; oldest first, at most `limit`, without those of the ids in `besides`."""
        query = _unfinished(admissions.c.admission).where(admissions.c.id.not_in(besides)).limit(limit)
        with self._database.read() as connection:
            return tuple(Admission.model_validate_json(text) for text in connection.execute(query).scalars())

    def unfinished_ids(self) -> tuple[str, ...]:
        """Of `unfinished`, where there may be hundreds and only ids are asked for."""
        with self._database.read() as connection:
            return tuple(connection.execute(_unfinished(admissions.c.id)).scalars())

    def history(
        self,
        symbol: str | None = None,
        action: str | None = None,
        status: str | None = None,
        since: datetime | None = None,
        limit: int = 50,
        *,
        until: datetime | None = None,
        text: str | None = None,
        before: int | None = None,
    ) -> tuple[Entry, ...]:
        """Finished decisions, newest first. `since` and `until` are compared with as_of, `text` is looked for in the
        reason, small and capital letters alike, and `before` is the sequence above the first one listed.

        Raises UsageError for an unknown word.
        """
        _known("action", action, get_args(Action))
        _known("status", status, get_args(Status))
        wanted: list[ColumnElement[bool]] = []
        if symbol is not None:
            wanted.append(cycles.c.symbol == symbol)
        if action is not None:
            wanted.append(cycles.c.action == action)
        if status is not None:
            wanted.append(cycles.c.status == status)
        if since is not None:
            wanted.append(cycles.c.as_of >= since)
        if until is not None:
            wanted.append(cycles.c.as_of <= until)
        if text is not None:
            wanted.append(cycles.c.reason.icontains(text, autoescape=True))
        if before is not None:
            wanted.append(cycles.c.sequence < before)
        return self._entries(_ENTRY.where(*wanted).order_by(cycles.c.sequence.desc()).limit(limit))

    def open_decisions(self, account: str | None = None) -> tuple[Entry, ...]:
        """Finished decisions without a result yet (of one account, or of all), oldest first."""
        query = _ENTRY.outerjoin(results, results.c.decision_id == cycles.c.decision_id).where(
            results.c.decision_id.is_(None)
        )
        if account is not None:
            query = query.where(admissions.c.account == account)
        return self._entries(query.order_by(cycles.c.sequence))

    def verify(self) -> int:
        """Walk the whole log and return its length; raises LedgerError naming the first broken row.

        Finds what was changed by accident or by a hand that did not rewrite every later row and the head.
        """
        with self._database.read() as connection:
            return _LOG.verify(connection)

    def _entries(self, query: Select[Any]) -> tuple[Entry, ...]:
        with self._database.glance() as connection:
            return tuple(Entry.model_validate(dict(row)) for row in connection.execute(query).mappings())

    def _only(self, decision_id: str, found: Any) -> Any:
        if len(found) == 1 and decision_id:
            return found[0]
        with self._database.read() as connection:
            matches = select(admissions.c.id).order_by(admissions.c.sequence.desc()).limit(_LISTED)
            if found:
                matches = matches.where(admissions.c.id.startswith(decision_id, autoescape=True))
            latest = ", ".join(connection.execute(matches).scalars()) or "none yet"
        if found:
            raise UsageError(f"decision {decision_id!r} names several: {latest}")
        raise UsageError(f"unknown decision {decision_id!r}; the latest: {latest}")


def _columns(cycle: Cycle) -> dict[str, Any]:
    return {
        "decision_id": cycle.id,
        "symbol": cycle.symbol,
        "timeframe": cycle.timeframe,
        "as_of": cycle.as_of,
        "action": cycle.action,
        "status": cycle.status,
        "outcome": cycle.verdict.outcome,
        "reason": cycle.reason,
    }


_LOG = Chain(cycles, "decisions", "cycle", Cycle, _columns, lambda text: {"digest": digest_of(text)})


def _unfinished(column: ColumnElement[str]) -> Select[str]:
    """That column of admissions, oldest first."""
    return (
        select(column)
        .join_from(admissions, cycles, isouter=True)
        .where(cycles.c.decision_id.is_(None))
        .order_by(admissions.c.sequence)
    )


def _models(settings: Settings) -> dict[str, str]:
    named = {role: settings.named_model(role) for role in get_args(ChatRole)}
    return {role: name for role, name in named.items() if role not in JUDGES or name != "rules"}


_ENTRY = (
    select(
        cycles.c.decision_id.label("id"),
        *(cycles.c[name] for name in Entry.model_fields if name not in ("id", "account", "asked_by")),
        admissions.c.account,
        requests.c.person.label("asked_by"),
    )
    .join_from(cycles, admissions)
    .outerjoin(requests, requests.c.decision_id == cycles.c.decision_id)
)


def _known(kind: str, word: str | None, words: tuple[str, ...]) -> None:
    if word is not None and word not in words:
        raise UsageError(f"unknown {kind} {word!r}; expected one of {', '.join(words)}")
