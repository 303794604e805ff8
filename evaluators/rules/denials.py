"""A negation is read with the word it turns round; one that no word takes up may deny all that follows.

`not above 70` and `not overbought` are judged where they are compared. `not RSI is 61.3`, `it is not the case that the
market fell 2 %` and `RSI is 61.3: not` would pass by their numbers, although they say that these are wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evaluators.rules._statement import Statement
from fks_agents.contracts import Check

RULE = "denials"
_DENIAL = re.compile(
    r"\b(?:not|never|neither(?! here)|(?<!here )nor|non|nothing|no longer|nowhere|hardly|scarcely|"
    r"without|lacks?|lacking|fail(?:s|ed)? to|"
    r"other than|anything but|by no means|in no way|no (?:evidence|signs?|way|reason)|doubts?)(?!\w)|n['’]t\b|≠|!=|=/=",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"(?:\b(?:not|never|not at all|not so|no way)|\bis (?:a (?:lie|myth|fiction|fake)|nonsense))[\s.!]*\Z", re.I
)
_TURNS_NOTHING = re.compile(
    r"\s*(?:only|least|surprising\w*|extreme|remarkable|unusual|special|stretched|excessive|"
    r"(?:be )?(?:overlook|ignor|forget|forgotten|miss|dismiss|underestimat)\w*|more nor less|(?:reason for )?doubt)\b",
    re.IGNORECASE,
)
"""Said of the reader or of how much it matters: the number stands."""
_NO_DOUBT = re.compile(r"\b(?:no|little|without|beyond|hardly any)\s+(?:reason (?:for|to) )?\Z", re.IGNORECASE)
_END = re.compile(r"[,;:!?\n]|\.(?=\s|\Z)| [-–—] ")
_TAKEN_UP = re.compile(r"\s*(?:\w+\s+){0,2}\Z")
"""As far as a negation reaches to a comparison behind it: `not yet far above`."""
_REACH = 10
"""Words."""


def check(statement: Statement) -> Iterator[Check]:
    text = statement.reading.text
    for denial in _DENIAL.finditer(text):
        if _denies(statement, denial):
            stated = text[denial.start() : denial.start() + 40].strip()
            yield statement.check(RULE, "unscored", f"says that something is not so: {stated!r}", stated=stated)
            return
    if behind := _BEHIND.search(text):
        yield statement.check(RULE, "unscored", f"takes back what it says: {behind[0]!r}", stated=behind[0])


def _denies(statement: Statement, denial: re.Match[str]) -> bool:
    """Whether the first thing stated behind it, in its clause, is not read together with it."""
    text = statement.reading.text
    if _TURNS_NOTHING.match(text, denial.end()) or _inside_what_is_read(statement, denial.start()):
        return False
    if denial[0].lower().startswith("doubt") and _NO_DOUBT.search(text, 0, denial.start()):
        return False
    end = stop.start() if (stop := _END.search(text, denial.end())) is not None else len(text)
    things = sorted(thing for thing in _things(statement, denial) if denial.end() <= thing[0] < end)
    if not things:
        return False
    start, is_taken_up = things[0]
    return not is_taken_up and len(text[denial.end() : start].split()) <= _REACH


def _things(statement: Statement, denial: re.Match[str]) -> Iterator[tuple[int, bool]]:
    """Where something is stated, and whether a negation before it is part of how it is read."""
    reading = statement.reading
    for quantity in statement.quantities:
        yield quantity.start, quantity.is_denied
    for comparison in reading.comparisons:
        gap = reading.text[denial.end() : comparison.start]
        yield comparison.start, _TAKEN_UP.match(gap) is not None
    for word in reading.words:
        if not statement.is_in_a_name(word.start, word.end):
            yield word.start, word.is_negated
    for mood in reading.moods:
        if not statement.is_in_a_name(mood.start, mood.end):
            yield mood.start, mood.is_negated


def _inside_what_is_read(statement: Statement, position: int) -> bool:
    """`no less than`, `momentum is not strong`: the negation is a part of the phrase."""
    reading = statement.reading
    spans = [(one.start, one.end) for one in reading.comparisons] + [(one.start, one.end) for one in reading.moods]
    return any(start <= position < end for start, end in spans)
