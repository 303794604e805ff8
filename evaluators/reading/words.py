"""Words that compare, and words that say where something goes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple, cast

from evaluators.reading import _vocabulary as vocabulary
from evaluators.reading.names import Period

Operator = Literal[">", "<", ">=", "<="]
Kind = Literal["rising", "falling", "positive", "negative", "overbought", "oversold", "bullish", "bearish"]

_OPERATORS: tuple[tuple[Operator, str], ...] = (
    (">=", vocabulary.AT_LEAST),
    ("<=", vocabulary.AT_MOST),
    (">", vocabulary.MORE),
    ("<", vocabulary.LESS),
)
_COMPARING = re.compile(
    "|".join(rf"(?P<o{i}>(?<!\w)(?:{words})(?!\w))" for i, (_, words) in enumerate(_OPERATORS)), re.IGNORECASE
)
_NEGATED = re.compile(rf"(?:\b(?:{vocabulary.NEGATIONS})|n't)\s*(?:\w+\s+){{0,2}}\Z", re.IGNORECASE)
_OPPOSITE: dict[Operator, Operator] = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}
# `over` and `under` compare only before a number or a thing; `over time`, `over the last`, `under pressure` do not.
_NO_COMPARISON = re.compile(rf"\A\s+(?:{vocabulary.NOT_COMPARING})", re.IGNORECASE)
_ABOUT = re.compile(rf"\b(?:{vocabulary.BEFORE_NO_COMPARISON})\s+\Z", re.IGNORECASE)
# `higher than on 62 % of the last bars` states a share, which is judged as a number.
_SHARE = re.compile(r"\A\s+(?:on|in|for|during)\s+[\d.]+\s?(?:%|percent)", re.IGNORECASE)
_EQUAL = re.compile(
    r"\b(?:no more (?:and|or|but) no less|no less (?:and|or) no more|neither more nor less)\s+than\b", re.IGNORECASE
)
_KINDS: tuple[tuple[Kind, str], ...] = (
    ("overbought", r"over-?bought"),
    ("oversold", r"over-?sold"),
    ("rising", vocabulary.RISING),
    ("falling", vocabulary.FALLING),
    ("positive", r"positive"),
    ("negative", r"negative"),
    ("bullish", r"bullish"),
    ("bearish", r"bearish"),
)
_WORDS = re.compile("|".join(rf"(?P<{kind}>\b(?:{words})\b)" for kind, words in _KINDS), re.IGNORECASE)
_ABSENT = re.compile(
    r"\b(?:no|lack of|absence of)\s+(?:(?:signs?|hints?|trace) of\s+)?(?:an?\s+|any\s+)?\Z", re.IGNORECASE
)
_JOINED_BEFORE = re.compile(r"[-_]\s?\Z")
_PARTICLE_BEFORE = re.compile(rf"(?:\b(?:{vocabulary.PHRASAL_VERBS})s?|[-_])\s?\Z", re.IGNORECASE)
_NO_DIRECTION_AFTER = re.compile(rf"\A(?:-to-|_|\s?(?:{vocabulary.AFTER_NO_DIRECTION}))", re.IGNORECASE)
_TO_LEVEL = re.compile(r"\A\s?(?:back |up |down )?to (?:about )?[$€£~]?\d", re.IGNORECASE)
_BOUNDARY = re.compile(
    r"[;!?\n]|\.(?=\s|\Z)|,? (?:while|whereas|but|although|though|yet) | [-–—] (?=and )| \(see (?:also|too):? ",
    re.IGNORECASE,
)


class Comparison(NamedTuple):
    operator: Operator
    """With a negation before it already applied."""
    start: int
    end: int


class Word(NamedTuple):
    kind: Kind
    is_negated: bool
    start: int
    end: int
    leads_to_level: bool = False
    """`rose to 61.3`: what is cited may be the level alone."""


def comparisons_in(text: str, names: Sequence[Period]) -> tuple[Comparison, ...]:
    found = []
    equal = [match.span() for match in _EQUAL.finditer(text)]
    for match in _COMPARING.finditer(text):
        if any(first <= match.start() < last for first, last in equal):
            continue
        start, end = match.span()
        word = match[0].lower()
        if _SHARE.match(text[end : end + 24]):
            continue
        if word in ("over", "under", "above", "up to", "top", "tops") and _compares_nothing(text, word, end, names):
            continue
        if word == "over" and _ABOUT.search(text[max(0, start - 14) : start]):
            continue
        operator = _OPERATORS[int((match.lastgroup or "o0")[1:])][0]
        if _NEGATED.search(text[max(0, start - 30) : start]):
            operator = _OPPOSITE[operator]
        found.append(Comparison(operator, start, end))
    return tuple(found)


def words_in(text: str) -> tuple[Word, ...]:
    found = []
    for match in _WORDS.finditer(text):
        start, end = match.span()
        no_direction = _PARTICLE_BEFORE if match[0].lower() in ("up", "down") else _JOINED_BEFORE
        if no_direction.search(text[max(0, start - 12) : start]) or _NO_DIRECTION_AFTER.match(text[end : end + 12]):
            continue
        before = text[max(0, start - 30) : start]
        is_negated = any(pattern.search(before) is not None for pattern in (_NEGATED, _ABSENT))
        leads_to_level = _TO_LEVEL.match(text[end : end + 12]) is not None
        found.append(Word(cast("Kind", match.lastgroup), is_negated, start, end, leads_to_level))
    return tuple(found)


def clause_around(text: str, position: int) -> tuple[int, int]:
    """Start and end of the clause that holds `position`: between full stops, semicolons, while, but."""
    start, end = 0, len(text)
    for boundary in _BOUNDARY.finditer(text):
        if boundary.end() <= position:
            start = boundary.end()
        elif boundary.start() >= position:
            end = boundary.start()
            break
    return start, end


def _compares_nothing(text: str, word: str, end: int, names: Sequence[Period]) -> bool:
    if word == "up to":
        return not re.match(r"\s*[$€£]?\d", text[end : end + 8])
    if word in ("top", "tops"):
        return not re.match(r"\s*[$€£]?\d|\s+(?:its|the)\b", text[end : end + 8])
    if _NO_COMPARISON.match(text[end : end + 40]):
        return True
    follows = next((name for name in names if name.start <= end + 1 < name.end or end <= name.start <= end + 5), None)
    # `over 20 days` gives a span of time; `over the 20-day average` compares.
    return word == "over" and follows is not None and follows.may_be_value and follows.unit != ""
