"""Ranking by shared words: Okapi BM25 (Robertson and Walker 1994) over the texts handed in, and nothing else."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

_WORD = re.compile(r"[a-z]+|\d+(?:\.\d+)?")

_SAYING_NOTHING = """
a about above after all also an and any are as at be been below but by can did do does for from had has have
he her his how i if in into is it its just may more most no nor not of on one only or other our out over own
said same she so some such than that the their them then there these they this those through to too two
under until up us very was we were what when where which while who whom why will with would you your
"""
_SILENT = frozenset(_SAYING_NOTHING.split())
"""Words that tell nothing of what a text is about."""

K1, B = 1.5, 0.75
"""Saturation of repeated words, and how far length counts; the usual values."""


def words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.lower()) if word not in _SILENT]


class Keywords:
    """Word counts of some texts. How rare a word is, is counted among these texts alone."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._counts = [Counter(words(text)) for text in texts]
        self._lengths = [sum(counts.values()) for counts in self._counts]
        self._mean = sum(self._lengths) / len(texts) if texts else 0.0
        self._holding = Counter(word for counts in self._counts for word in counts)

    def scores(self, query: str) -> list[float]:
        """One score for each text; 0 where it shares no word (a number is none) that most texts do not have."""
        asked = [word for word in dict.fromkeys(words(query)) if word in self._holding]
        rarity = {word: self._rarity(word) for word in asked}
        telling = {word for word in asked if word.isalpha() and self._holding[word] <= max(1, len(self._counts) / 2)}
        return [
            self._score(number, rarity) if telling & counts.keys() else 0.0
            for number, counts in enumerate(self._counts)
        ]

    def _rarity(self, word: str) -> float:
        total, holding = len(self._counts), self._holding[word]
        return math.log(1 + (total - holding + 0.5) / (holding + 0.5))

    def _score(self, number: int, rarity: dict[str, float]) -> float:
        counts, length = self._counts[number], self._lengths[number]
        norm = K1 * (1 - B + B * length / self._mean) if self._mean else K1
        return sum(
            rare * counts[word] * (K1 + 1) / (counts[word] + norm) for word, rare in rarity.items() if counts[word]
        )
