"""Passages of dated documents and lessons that bear on a question; none newer than `as_of`.

Hybrid: ranks by vector and ranks by shared words are fused (reciprocal rank fusion, Cormack et al. 2009). Vectors of
many passages are searched in an index of their own, which can be rebuilt at any time; a few are searched exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock

import numpy as np

from fks_agents.deps import Library
from fks_agents.judgements import Passage
from memory.embeddings import Embedder, StaticEmbedder, Vectors
from memory.index import Index
from memory.keywords import Keywords
from memory.passages import AGENT, Passages
from memory.places import Place
from memory.recall import Recall

_FUSION = 60
"""Rank at which a place counts half; the usual value."""

_CANDIDATES = 20
"""Places of each ranking that are fused."""

_NEAR = 0.35
"""Cosine from which a passage bears on a question that shares no word with it."""

_EXACT_UP_TO = 1_000
"""Passages up to which an exact search is as fast as asking the index, and no child is started."""


def open_knowledge(folder: Path, place: Place, recall: Recall | None = None) -> Knowledge:
    """The documents of a folder, with the lessons of `recall` beside them; nothing is read yet."""
    return Knowledge(folder, place, StaticEmbedder(), recall)


class Knowledge:
    def __init__(
        self,
        folder: Path,
        place: Place,
        embedder: Embedder,
        recall: Recall | None = None,
        *,
        exact_up_to: int = _EXACT_UP_TO,
    ) -> None:
        self._folder, self._place, self._embedder, self._recall = folder, place, embedder, recall
        self._exact_up_to = exact_up_to
        self._vectors: dict[str, Vectors] = {}
        self._using = Lock()

    def search(self, query: str, as_of: datetime, count: int) -> tuple[Passage, ...]:
        with self._using:
            places: dict[str, float] = {}
            passages: dict[str, Passage] = {}
            for ranking in (*self._of_documents(query, as_of), self._of_lessons(query, as_of)):
                for place, passage in enumerate(ranking[:_CANDIDATES], 1):
                    passages[passage.id] = passage
                    places[passage.id] = places.get(passage.id, 0.0) + 1 / (_FUSION + place)
        best = sorted(places, key=lambda name: (-places[name], name))
        return tuple(passages[name] for name in best[:count] if passages[name].published_at <= as_of)

    def check(self) -> int:
        """Read every document; returns how many passages there are. Raises DataError naming what is wrong."""
        return len(self._passages.all)

    def rebuild(self) -> int:
        """Build the index anew from the documents; returns how many passages it holds. Raises LedgerError."""
        return self._index.rebuild()

    def close(self) -> None:
        if "_index" in self.__dict__:
            self._index.close()

    @cached_property
    def _passages(self) -> Passages:
        return Passages(self._folder)

    @cached_property
    def _index(self) -> Index:
        index = Index(self._place, self._passages, self._embedder)
        index.start()
        return index

    def _of_documents(self, query: str, as_of: datetime) -> tuple[list[Passage], list[Passage]]:
        ids = self._passages.ids(AGENT, as_of=as_of)
        if not ids:
            return [], []
        vector = self._embedder.embed([query])[0]
        by_entry = self._passages.by_entry
        near = [by_entry[name] for name in self._nearest(ids, vector, as_of)]
        scores = self._keywords(ids).scores(query)
        order = sorted(range(len(ids)), key=lambda place: (-scores[place], ids[place]))
        shared = [by_entry[ids[place]] for place in order if scores[place] > 0]
        return near, shared

    def _nearest(self, ids: Sequence[str], vector: Vectors, as_of: datetime) -> list[str]:
        known = self._passages.count()
        found = None
        if known > self._exact_up_to:
            found = self._index.query(AGENT, vector, as_of, min(_CANDIDATES, len(ids)), known)
        candidates = list(ids) if found is None else [name for name in found if name in set(ids)]
        if not candidates:
            return []
        self._embed([name for name in candidates if name not in self._vectors])
        similarity = np.round(np.stack([self._vectors[name] for name in candidates]) @ vector, 4)
        order = np.argsort(-similarity, kind="stable")
        return [candidates[place] for place in order if similarity[place] >= _NEAR]

    def _embed(self, ids: Sequence[str]) -> None:
        texts = [entry.text for entry in self._passages.get(ids)]
        self._vectors.update(zip(ids, self._embedder.embed(texts), strict=True))

    @lru_cache(maxsize=8)  # noqa: B019  one library lives as long as its desk
    def _keywords(self, ids: tuple[str, ...]) -> Keywords:
        return Keywords([entry.text for entry in self._passages.get(ids)])

    def _of_lessons(self, query: str, as_of: datetime) -> list[Passage]:
        if self._recall is None:
            return []
        found = self._recall.nearest(query, as_of, _CANDIDATES)
        return [
            Passage(
                id=one.lesson.id,
                text=one.lesson.text,
                published_at=one.lesson.learned_at,
                source=f"lesson of {one.lesson.agent}",
            )
            for one in found
            if one.similarity >= _NEAR
        ]


_: type[Library] = Knowledge
