"""Numbers in running text, each with its scale and the sentence around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from evaluators.reading.years import years_in

_NUMBER = re.compile(
    r"""(?<![\w.])(?P<sign>[-−]\s?)?(?P<currency>(?:US|A|C|HK|NZ)?\s?[$€£¥]\s?|(?:USD|EUR|GBP|RMB)\s?)?
    (?P<open>\()?(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?P<close>\))?
    \s?(?P<percent>%|percent\b|per\ cent\b)?
    (?:\s?(?P<scale>thousand|million|billion|trillion|mn\b|bn\b|[mb]\b))?(?![\w]|,\d)""",
    re.VERBOSE | re.IGNORECASE,
)
_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "mn": 1e6, "bn": 1e9, "m": 1e6, "b": 1e9}
_SENTENCE = re.compile(r"(?<=[.;!?])\s+(?=[A-Z(“\"])|\s\.\s|\n+")
_DOUBLED = re.compile(r"(?P<one>-?\d+(?:\.\d+)?)%\s*\(\s*(?P=one)\s*%\s*\)")
_NAMED = re.compile(
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|\b(?:jan|feb|mar|apr|jun|jul|aug|"
    r"sept?|oct|nov|dec)\.?|notes?|items?|level|tier|part|section|topic|asu|asc|page|form|rule|no\.)\s*\(?\Z",
    re.IGNORECASE,
)
"""Before a number that is a day or a name."""


@dataclass(frozen=True)
class Mention:
    value: float
    decimals: int
    scale: float
    is_percent: bool
    is_currency: bool
    paragraph: int
    sentence: str
    start: int
    """In its sentence."""
    end: int
    years: frozenset[int]

    def told(self) -> str:
        return f"paragraph {self.paragraph + 1}: {self.sentence[max(0, self.start - 60) : self.end + 30].strip()!r}"


@lru_cache(maxsize=256)
def sentences(paragraph: str) -> tuple[str, ...]:
    plain = _DOUBLED.sub(r"\g<one>%", paragraph)
    return tuple(part.strip() for part in _SENTENCE.split(plain) if part and part.strip())


@lru_cache(maxsize=64)
def mentions_of(paragraphs: tuple[str, ...]) -> tuple[Mention, ...]:
    """Every number in the paragraphs that is not part of a date."""
    return tuple(
        mention
        for number, paragraph in enumerate(paragraphs)
        for sentence in sentences(paragraph)
        for mention in _mentions(number, sentence)
    )


def _mentions(number: int, sentence: str) -> list[Mention]:
    years = years_in(sentence)
    taken = {position for year in years for position in range(year.start, year.end)}
    found = []
    for match in _NUMBER.finditer(sentence):
        at = match.start("digits")
        if (at in taken or _NAMED.search(sentence[max(0, at - 14) : at])) and not match["currency"]:
            continue
        digits = match["digits"].replace(",", "")
        is_footnote = match["open"] and match["close"] and len(digits) < 3 and not match["currency"]
        if len(digits) > 300 or is_footnote:
            continue
        word = (match["scale"] or "").lower()
        is_negative = match["sign"] is not None or bool(match["open"] and match["close"] and match["currency"])
        found.append(
            Mention(
                -float(digits) if is_negative else float(digits),
                len(digits.partition(".")[2]),
                _SCALES.get(word, 1.0),
                match["percent"] is not None,
                match["currency"] is not None,
                number,
                sentence,
                at,
                match.end(),
                frozenset(year.year for year in years),
            )
        )
    return found
