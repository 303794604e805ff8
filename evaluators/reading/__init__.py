"""What a sentence states, read without knowing any evidence: quantities, periods, comparisons, words of direction.

Nothing here says whether a statement is true. The same reading serves claims over facts, tables or paragraphs.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from evaluators.reading.leftovers import leftovers_in
from evaluators.reading.moods import Mood, moods_in
from evaluators.reading.names import Period, names_in
from evaluators.reading.quantities import Quantity, normalise, quantities_in, with_ranges
from evaluators.reading.words import Comparison, Word, clause_around, comparisons_in, words_in

__all__ = ["Comparison", "Mood", "Period", "Quantity", "Reading", "Word", "normalise", "read", "with_ranges"]


class Reading(NamedTuple):
    text: str
    """Normalised: plain digits and spaces, nothing invisible. All spans point into it."""
    quantities: tuple[Quantity, ...]
    periods: tuple[Period, ...]
    """Numbers that can only be part of a name: `20-day`, `RSI(14)`."""
    comparisons: tuple[Comparison, ...]
    words: tuple[Word, ...]
    moods: tuple[Mood, ...]
    tokens: tuple[str, ...]
    """Words with digits in them, which may be names: `sma_50`."""
    leftovers: tuple[str, ...]
    """What may be a number and was not read."""

    def clause(self, position: int) -> tuple[int, int]:
        """Start and end of the clause around `position`."""
        return clause_around(self.text, position)


@lru_cache(maxsize=1024)
def read(text: str) -> Reading:
    """Read `text`; never raises, whatever it holds. Debaters repeat analysts word for word: each text is read once."""
    plain = normalise(text)
    names = names_in(plain)
    quantities = quantities_in(plain, names)
    return Reading(
        plain,
        quantities,
        tuple(name for name in names if name.counts and not name.may_be_value),
        comparisons_in(plain, names),
        words_in(plain),
        moods_in(plain),
        tuple(name.word for name in names if name.word),
        leftovers_in(plain, quantities, names),
    )
