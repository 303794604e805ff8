"""What may state a number and was read as none: a checker that looks only at what it reads would let it through."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from evaluators.reading._vocabulary import any_of
from evaluators.reading.names import Period
from evaluators.reading.quantities import Quantity

_GREEK = frozenset("αβγδμρσφΔΣ")
"""Letters of formulas; every other letter that is not Latin may be a number, or a word made to look like another."""
_SMALL = "one|two|three|four|five|six|seven|eight|nine|ten"
_RARE = any_of("""
    dozens?, hundreds?, thousands?, millions?, billions?, trillions?, eleven, thirteen, fourteen, sixteen, seventeen,
    eighteen, nineteen, quintupl\\w+, sextupl\\w+, septupl\\w+, octupl\\w+, decupl\\w+
""")
_WORDS = re.compile(
    rf"""
    \b(?:{_RARE})\b
    | \b[a-z]+-?fold\b
    | \b(?:{_SMALL}|\d+)[ -](?:thirds|quarters|fifths|sixths|sevenths|eighths|ninths|tenths|hundredths)\b
    | \b(?:{_SMALL}|half)\ (?:in|out\ of)\ (?:every\ )?(?:{_SMALL}|a\b|\d)
    | \bpoint\ (?:zero|oh|{_SMALL})\b
    | \b(?:single|double|triple|three|four)[ -](?:digits?|figures?)\b
    | \b(?:{_SMALL})\ to\ (?:{_SMALL})\b
    | (?<![\w%])%(?!\ ?[BRKD]\b) | \bper\ ?cent\b | \bpct\b | \bbasis\ points?\b
    | (?:\b\w[ .]){{4,}}
    """,
    re.VERBOSE | re.IGNORECASE,
)
_DIGITS = re.compile(r"\S*\d\S*")


def leftovers_in(text: str, quantities: Sequence[Quantity], names: Sequence[Period]) -> tuple[str, ...]:
    """Pieces of the normalised `text`, outside everything that was read, that may be a number."""
    rest = list(text)
    for start, end in (*((q.start, q.end) for q in quantities), *((name.start, name.end) for name in names)):
        rest[start:end] = "\x00" * (end - start)
    left = "".join(rest)
    found = (*_foreign(left), *(match[0] for match in _WORDS.finditer(left)), *_DIGITS.findall(left))
    return tuple(piece.strip(" \x00") for piece in found)


def _foreign(text: str) -> Iterator[str]:
    for letter in text:
        is_plain = letter.isascii() or letter in _GREEK or unicodedata.category(letter)[0] not in "LN"
        if not is_plain and not unicodedata.name(letter, "").startswith("LATIN"):
            yield letter
