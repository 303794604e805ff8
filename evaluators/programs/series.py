"""Numbers that differ only in their period, taken together: a row over years, a column over quarters, a sentence.

A question's words pick a series; its years pick numbers in it.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from evaluators.evidence import Evidence, Table
from evaluators.programs.grid import Figure, grid_of
from evaluators.programs.wording import OPERATING_STEMS, words_of

_TEXT_DISCOUNT = 0.06
_SECTION_WEIGHT = 0.6
_OPERATION_WEIGHT = 0.45
_SPOKEN_WEIGHT = 0.4
_UNKNOWN_WEIGHT = 1.2
"""Of a word that stands nowhere in the evidence: what is asked for may be missing."""
_ALONE = 0.55


@dataclass(frozen=True)
class Series:
    label: str
    section: str
    head: str
    figures: tuple[Figure, ...]
    """In the order they stand."""
    is_text: bool = False
    is_alone: bool = False
    """The only one of its table: whatever is asked of the table is asked of it."""

    @cached_property
    def words(self) -> frozenset[str]:
        """Of what names it; a row without a name is the total of those above."""
        said = frozenset((*words_of(self.label), *words_of(self.head)))
        return said if words_of(self.label) or self.is_text else said | {"total"}

    @cached_property
    def around(self) -> frozenset[str]:
        return frozenset(words_of(self.section)) - self.words

    @property
    def key(self) -> tuple[str, str, str, int, int]:
        first = self.figures[0]
        return self.label, self.section, self.head, first.row, first.column


@dataclass(frozen=True)
class Catalogue:
    series: tuple[Series, ...]
    weights: Mapping[str, float] = field(default_factory=dict)
    """Of words that the tables know: rare ones weigh more."""
    shared: frozenset[str] = frozenset()
    """Words of total rows: they speak of the whole table."""
    spoken: Mapping[str, float] = field(default_factory=dict)
    """Of words that only the text knows."""

    @cached_property
    def units(self) -> frozenset[float]:
        """Scales that the tables are in."""
        return frozenset(
            figure.scale
            for each in self.series
            if not each.is_text
            for figure in each.figures
            if figure.scale is not None
        ) - {1.0}

    @cached_property
    def has_index(self) -> bool:
        return any(figure.value == 100.0 for each in self.series if not each.is_text for figure in each.figures)

    def fit(self, words: Mapping[str, float], series: Series) -> float:
        """How well the words speak of the series, from 0 to about 1."""
        hit, asked = self._heard(words, series)
        if not series.is_text and (series.is_alone or not series.words - {"total"}):
            return max(_ALONE, 0.7 * hit / asked if asked else 0.0)
        if not hit or not asked:
            return 0.0
        recall = hit / asked
        if series.is_text:
            return 0.85 * recall - _TEXT_DISCOUNT
        shared = series.words & words.keys()
        if not shared:
            return 0.35 * recall
        told = sum(
            self.weights[word] * (_OPERATION_WEIGHT if word in OPERATING_STEMS and word not in shared else 1.0)
            for word in series.words
        )
        matched = sum(self.weights[word] for word in shared)
        return 0.55 * recall + 0.45 * matched / told + 0.01 * min(5, len(shared))

    def _heard(self, words: Mapping[str, float], series: Series) -> tuple[float, float]:
        """Weight of the words that the series answers to, and of all that were asked."""
        asked = hit = 0.0
        for word, stress in words.items():
            weight = stress * self._weight(word, is_text=series.is_text)
            if word in series.words:
                hit += weight
                asked += weight
            elif word in series.around or word in self.shared:
                hit += weight * _SECTION_WEIGHT
                asked += weight
            elif word not in OPERATING_STEMS:
                asked += weight
        return hit, asked

    def _weight(self, word: str, *, is_text: bool) -> float:
        if word in self.weights:
            return self.weights[word]
        if word in self.spoken:
            return self.spoken[word] * (1.0 if is_text else _SPOKEN_WEIGHT)
        return _UNKNOWN_WEIGHT

    def ranked(self, words: Mapping[str, float], limit: int) -> list[tuple[float, Series]]:
        """The best series, best first."""
        scored = [(fit, each) for each in self.series if (fit := self.fit(words, each)) > 0.0]
        scored.sort(key=lambda pair: -pair[0])
        return scored[:limit]


def stressed(words: Iterable[str], stress: float = 1.0) -> dict[str, float]:
    return dict.fromkeys(words, stress)


@lru_cache(maxsize=64)
def catalogue_of(tables: tuple[Table, ...], paragraphs: tuple[str, ...]) -> Catalogue:
    from evaluators.programs.sentences import figures_of

    found: list[Series] = []
    for number, table in enumerate(tables):
        found += _grouped(grid_of(table, number, paragraphs).figures, is_text=False)
    found += _grouped(figures_of(paragraphs), is_text=True)
    counts = Counter(word for each in found if not each.is_text for word in each.words | each.around)
    texts = Counter(word for each in found if each.is_text for word in each.words)
    total = max(1, sum(not each.is_text for each in found))
    weights = {word: math.log(1.0 + total / count) for word, count in counts.items()}
    size = max(1, sum(each.is_text for each in found))
    spoken = {word: 0.6 * math.log(1.0 + size / count) for word, count in texts.items()}
    shared = frozenset(
        word for each in found if not each.is_text and "total" in words_of(each.label) for word in words_of(each.label)
    )
    return Catalogue(tuple(found), weights, shared - {"total"}, spoken)


def catalogue(evidence: Evidence) -> Catalogue:
    return catalogue_of(evidence.tables, tuple(paragraph.text for paragraph in evidence.paragraphs))


def _grouped(figures: Sequence[Figure], *, is_text: bool) -> list[Series]:
    groups: defaultdict[tuple[object, ...], list[Figure]] = defaultdict(list)
    for figure in figures:
        groups[(figure.table, figure.row) if is_text else _identity(figure)].append(figure)
    is_alone = not is_text and len(groups) == 1
    return [
        Series(group[0].label, group[0].section, _undated(group[0].head), tuple(group), is_text, is_alone)
        for group in groups.values()
    ]


def _identity(figure: Figure) -> tuple[object, ...]:
    """What is left of a figure's names without its period."""
    names = (words_of(figure.label), words_of(figure.section), words_of(figure.head))
    # Rows without any name of their own stay apart, and so do rows that merely repeat a label.
    dated_row = bool(_undated(figure.label) != figure.label.strip())
    return (figure.table, figure.row if not dated_row else -1, *_undated_words(names))


def _undated_words(names: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(word for word in name if word not in _DATE_WORDS and not word.isdigit()) for name in names)


_DATED = """
    january february march april june july august september october november december jan feb mar apr jun jul aug
    sep sept oct nov dec first second third fourth quarter q1 q2 q3 q4 twelve week 52 53"""
_DATE_WORDS = frozenset(_DATED.split())
_DATE = re.compile(
    r"\b(?:19|20)\d\d\b|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    r"first|second|third|fourth)\b|\bq[1-4]\b|\bF\d\d\b|\bFY\s?\d\d\b",
    re.IGNORECASE,
)


def _undated(text: str) -> str:
    return re.sub(r"\s+", " ", _DATE.sub(" ", text)).strip(" ,:")
