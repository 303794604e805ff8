"""Lessons with the time they were learned, and which of them each decision was shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select

from fks_agents.contracts import Lesson
from memory._database import Database, add
from memory.schema import lessons, recalls

_PAGE = 500


class Lessons:
    def __init__(self, database: Database) -> None:
        self._database = database

    def learn(self, learned: Sequence[Lesson]) -> tuple[Lesson, ...]:
        """Commit all of them; returns those whose ids were new. A known id changes nothing."""
        with self._database.write() as connection:
            return tuple(lesson for lesson in learned if add(connection, lessons, _row(lesson)))

    def count(self, agent: str | None = None) -> int:
        query = select(func.count()).select_from(lessons)
        with self._database.read() as connection:
            return connection.execute(query if agent is None else query.where(lessons.c.agent == agent)).scalar_one()

    def newest(self, agent: str) -> datetime | None:
        """When the agent last learned something; None where it never did."""
        with self._database.read() as connection:
            return connection.execute(select(func.max(lessons.c.learned_at)).where(lessons.c.agent == agent)).scalar()

    def held(self, agent: str, as_of: datetime) -> tuple[int, datetime | None]:
        """How many lessons the agent had at `as_of`, and when it had learned the last of them."""
        query = select(func.count(), func.max(lessons.c.learned_at)).where(
            lessons.c.agent == agent, lessons.c.learned_at <= as_of
        )
        with self._database.read() as connection:
            count, newest = connection.execute(query).one()
        return count, newest

    def ids(self, agent: str, *, as_of: datetime | None = None) -> tuple[str, ...]:
        """Ids of what the agent learned (at or before `as_of`), sorted."""
        query = select(lessons.c.id).where(lessons.c.agent == agent).order_by(lessons.c.id)
        if as_of is not None:
            query = query.where(lessons.c.learned_at <= as_of)
        with self._database.read() as connection:
            return tuple(connection.execute(query).scalars())

    def agents(self) -> tuple[str, ...]:
        """Everyone who learned something, sorted."""
        with self._database.read() as connection:
            return tuple(sorted(connection.execute(select(lessons.c.agent).distinct()).scalars()))

    def get(self, ids: Sequence[str]) -> tuple[Lesson, ...]:
        """Those that exist, in the order of `ids`."""
        found: dict[str, Lesson] = {}
        with self._database.read() as connection:
            for start in range(0, len(ids), _PAGE):
                query = select(lessons.c.id, lessons.c.lesson).where(lessons.c.id.in_(ids[start : start + _PAGE]))
                for row in connection.execute(query):
                    found[row.id] = Lesson.model_validate_json(row.lesson)
        return tuple(found[name] for name in dict.fromkeys(ids) if name in found)

    def learned_until(self, as_of: datetime, ids: Sequence[str]) -> list[str]:
        """Those of `ids` that were learned at or before `as_of`, in their order; at most 500 are asked for."""
        query = select(lessons.c.id).where(lessons.c.id.in_(ids[:_PAGE]), lessons.c.learned_at <= as_of)
        with self._database.read() as connection:
            known = set(connection.execute(query).scalars())
        return [name for name in ids if name in known]

    def learned(self, agent: str | None = None, *, as_of: datetime | None = None) -> tuple[Lesson, ...]:
        """By time and id; those learned at or before `as_of`."""
        query = select(lessons.c.lesson).order_by(lessons.c.learned_at, lessons.c.id)
        if agent is not None:
            query = query.where(lessons.c.agent == agent)
        if as_of is not None:
            query = query.where(lessons.c.learned_at <= as_of)
        with self._database.read() as connection:
            return tuple(Lesson.model_validate_json(text) for text in connection.execute(query).scalars())

    def newest_of(self, agents: Sequence[str], as_of: datetime, count: int) -> tuple[Lesson, ...]:
        """The last `count` lessons these agents had learned at `as_of`, newest first."""
        query = (
            select(lessons.c.lesson)
            .where(lessons.c.agent.in_(agents), lessons.c.learned_at <= as_of)
            .order_by(lessons.c.learned_at.desc(), lessons.c.id)
            .limit(count)
        )
        with self._database.read() as connection:
            return tuple(Lesson.model_validate_json(text) for text in connection.execute(query).scalars())

    def recalled(self, decision_id: str, agent: str) -> tuple[str, ...] | None:
        """Ids of the lessons the agent was shown, in order; None where it has not asked yet."""
        with self._database.read() as connection:
            text = connection.execute(_RECALL, {"decision": decision_id, "whose": agent}).scalar()
        return None if text is None else tuple(json.loads(text))

    def record_recall(self, decision_id: str, agent: str, ids: Sequence[str]) -> tuple[str, ...]:
        """Commit what the agent is shown; where a recall is on record already, that one comes back."""
        row = {"decision_id": decision_id, "agent": agent, "lesson_ids": json.dumps(list(ids))}
        with self._database.write() as connection:
            if add(connection, recalls, row):
                return tuple(ids)
            known = connection.execute(_RECALL, {"decision": decision_id, "whose": agent})
            return tuple(json.loads(known.scalar_one()))


_RECALL = select(recalls.c.lesson_ids).where(
    recalls.c.decision_id == bindparam("decision"), recalls.c.agent == bindparam("whose")
)


def _row(lesson: Lesson) -> dict[str, object]:
    return {
        "id": lesson.id,
        "agent": lesson.agent,
        "symbol": lesson.symbol,
        "regime": lesson.regime,
        "learned_at": lesson.learned_at,
        "lesson": lesson.model_dump_json(),
    }
