"""What an agent remembers: lessons near to a question, none learned later than `as_of`.

The index only proposes; every lesson is read from SQL, where its time is checked again, and scored on its own vector.
Small memories, and all memories while the index is away, are searched exactly: slower for many, never worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fks_agents.contracts import Lesson, Regime
from fks_agents.deps import Memory
from fks_agents.settings import Settings
from memory.embeddings import Embedder, StaticEmbedder, Vectors
from memory.index import Index
from memory.ledger import Ledger
from memory.places import of_lessons

_CANDIDATES = 64
"""Nearest lessons among which regime and recency decide."""

_OVERFETCH = 4

_EXACT_UP_TO = 200
"""Lessons of one agent up to which an exact search is as fast as asking the index, and no child is started."""

_SAME_REGIME = 0.1
_RECENT = 0.05
_HALF_LIFE = timedelta(days=180)


def open_recall(ledger: Ledger, home: Path, settings: Settings) -> Recall:
    """Memory with the offline embedder, and its index where the settings say."""
    embedder = StaticEmbedder()
    place = of_lessons(ledger, home, settings.memory_server)
    return Recall(ledger, Index(place, ledger.lessons, embedder), embedder, settings)


class Recalled(NamedTuple):
    lesson: Lesson
    similarity: float
    """Cosine in [-1, 1], rounded to 4 digits."""
    score: float
    """similarity + 0.1 in the same regime + 0.05 x 2^(-age / 180 days)."""


class Recall:
    def __init__(
        self,
        ledger: Ledger,
        index: Index | None,
        embedder: Embedder,
        settings: Settings,
        *,
        exact_up_to: int = _EXACT_UP_TO,
    ) -> None:
        """Starts the index in the background where there is more than `exact_up_to` to search."""
        self._ledger, self._lessons, self._index, self._embedder = ledger, ledger.lessons, index, embedder
        self._count, self._exact_up_to = settings.memory_lessons, exact_up_to
        self._vectors: dict[str, Vectors] = {}
        if self._lessons.count() > exact_up_to:
            self._start()

    @property
    def status(self) -> str:
        """How memory is searched now, in one line."""
        count = self._lessons.count()
        index = "none" if self._index is None else self._index.status
        return f"{count} lessons; index: {index}"

    @property
    def lacks_its_index(self) -> bool:
        """Whether there is more to remember than is searched as fast without it, and it is not there."""
        is_ready = self._index is not None and self._index.is_ready
        return not is_ready and self._lessons.count() > self._exact_up_to

    def recall(self, decision_id: str, agent: str, query: str, as_of: datetime, regime: Regime) -> tuple[Lesson, ...]:
        ids = self._lessons.recalled(decision_id, agent)
        if ids is None:
            chosen = self._search(agent, query, as_of, self._count, regime)
            ids = self._lessons.record_recall(decision_id, agent, [found.lesson.id for found in chosen])
        return tuple(lesson for lesson in self._lessons.get(ids) if lesson.learned_at <= as_of)

    def learn(self, lessons: Sequence[Lesson]) -> None:
        new = self._lessons.learn(lessons)
        if self._index is not None and new:
            self._index.add(new)
            if self._lessons.count() > self._exact_up_to:
                self._start()

    def query(
        self, agent: str, text: str, as_of: datetime, count: int, regime: Regime | None = None
    ) -> tuple[Recalled, ...]:
        """What the agent would be shown for `text` at `as_of`, with scores; nothing is recorded."""
        return tuple(self._search(agent, text, as_of, count, regime))

    def nearest(self, text: str, as_of: datetime, count: int) -> tuple[Recalled, ...]:
        """Of all agents, the lessons nearest to `text` at `as_of`; nothing is recorded."""
        found = [one for agent in self._lessons.agents() for one in self._search(agent, text, as_of, count, None)]
        return tuple(sorted(found, key=lambda one: (-one.similarity, one.lesson.id))[:count])

    def rebuild(self) -> int:
        """Build the index anew from SQL; returns how many lessons it holds. Raises LedgerError."""
        return 0 if self._index is None else self._index.rebuild()

    def close(self) -> None:
        if self._index is not None:
            self._index.close()

    def _start(self) -> None:
        if self._index is not None:
            self._index.start()

    def _search(self, agent: str, query: str, as_of: datetime, count: int, regime: Regime | None) -> list[Recalled]:
        known = self._lessons.count(agent)
        if not known or not count:
            return []
        vector = self._embedder.embed([query])[0]
        ids = self._proposed(agent, vector, as_of, max(count, _CANDIDATES), known)
        if ids is None:
            ids = self._nearest(agent, vector, as_of, max(count, _CANDIDATES))
        lessons = [one for one in self._lessons.get(ids) if one.agent == agent and one.learned_at <= as_of]
        similarities = self._similarities(lessons, vector)
        scored = [_scored(*pair, as_of, regime) for pair in zip(lessons, similarities, strict=True)]
        return sorted(scored, key=lambda found: (-found.score, found.lesson.id))[:count]

    def _proposed(self, agent: str, vector: Vectors, as_of: datetime, count: int, known: int) -> list[str] | None:
        if self._index is None or known <= self._exact_up_to:
            return None
        newest = self._lessons.newest(agent)
        if newest is not None and newest <= as_of:
            return self._index.query(agent, vector, None, count, known)
        # Chroma's bound in time costs ten times the search itself: most often enough of the nearest are old enough.
        nearest = self._index.query(agent, vector, None, _OVERFETCH * count, known)
        if nearest is None:
            return None
        early = self._lessons.learned_until(as_of, nearest)
        if len(early) >= count:
            return early[:count]
        found = self._index.query(agent, vector, as_of, count, known)
        # Fewer than asked: few are old enough, or the index lost some. SQL knows.
        return found if found is not None and len(found) == count else None

    def _nearest(self, agent: str, vector: Vectors, as_of: datetime, count: int) -> list[str]:
        ids = self._lessons.ids(agent, as_of=as_of)
        self._embed([name for name in ids if name not in self._vectors])
        if not ids:
            return []
        similarity = np.round(np.stack([self._vectors[name] for name in ids]) @ vector, 4)
        return [ids[place] for place in np.argsort(-similarity, kind="stable")[:count]]

    def _similarities(self, lessons: Sequence[Lesson], vector: Vectors) -> list[float]:
        self._embed([lesson.id for lesson in lessons if lesson.id not in self._vectors])
        return [round(float(self._vectors[lesson.id] @ vector), 4) for lesson in lessons]

    def _embed(self, ids: Sequence[str]) -> None:
        lessons = self._lessons.get(ids)
        for lesson, vector in zip(lessons, self._embedder.embed([one.text for one in lessons]), strict=True):
            self._vectors[lesson.id] = vector


def _scored(lesson: Lesson, similarity: float, as_of: datetime, regime: Regime | None) -> Recalled:
    recency = 0.5 ** ((as_of - lesson.learned_at) / _HALF_LIFE)
    score = similarity + _SAME_REGIME * (lesson.regime == regime) + _RECENT * recency
    return Recalled(lesson, similarity, round(score, 4))


_: type[Memory] = Recall
