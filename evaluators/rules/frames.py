"""A claim states something itself: not that it is false, said by others, asked, or so only if something else is.

The numbers and words inside such a frame may agree with the facts while the sentence says the opposite, or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evaluators.rules._leans import change_of
from evaluators.rules._statement import Statement
from fks_agents.contracts import Check
from tools.indicators.headlines import DOWN, FOREIGN, UP

RULE = "frames"
_ALWAYS: dict[str, tuple[str, ...]] = {
    "says that something is not so": (
        r"not true|untrue|false|wrong|mistaken|incorrect(?:ly)?|contrary to|opposite|den(?:y|ies|ied)|far from",
        r"no(?:body| one|t one)|never did|hardly any\w*|no (?:analyst|trader|expert)s?|in fact|correction|satire|hoax",
    ),
    "refuses or advises": (r"sorry|as an ai|unable to|cannot|can't|declines? to (?:say|comment)|no comment|advice",),
}
_OF_DIRECTIONS: dict[str, tuple[str, ...]] = {
    "tells of an end": (r"ends|averted|avoided|fizzles|loses steam|ran out of steam",),
    "is a figure of speech": (
        r"jumps? (?:ship|through)|sinks? (?:its |their )?teeth|falls? (?:off|in love|through)|drops? the ball",
        r"case dropped",
    ),
    "says it under a condition": (
        r"if(?! (?:one thing|any|only))|unless|whether|provided that|assuming|suppos(?:e|ing)",
    ),
    "leaves it open": (
        r"may(?! \d)|might|could|would(?! (?:point|say|note|add|stress))|perhaps|maybe|possibly|presumably",
        r"supposedly|apparently|allegedly|reportedly",
        r"rumou?r(?:s|ed)?|unconfirmed",
    ),
    "repeats what others say": (
        r"sa(?:y|ys|id)|claim(?:s|ed)?|thinks?|thought|believe[sd]?|bets?(?= that)|wonders?|doubts",
        r"reports? that",
    ),
    "speaks of another time": (r"in (?:1[5-9]|20)\d\d",),
}
"""Looked for where a claim says which way something went; numbers are recomputed whoever is said to have said them."""

Frames = tuple[tuple[str, re.Pattern[str]], ...]


def _compiled(said: dict[str, tuple[str, ...]]) -> Frames:
    return tuple((what, re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)) for what, words in said.items())


_ENGLISH_TOO = frozenset({"met", "van", "son", "con", "est", "per", "los", "las", "sin", "due", "men"})
_SYMBOLS = frozenset("σμδαβγρ")
_EVERYWHERE, _AROUND_A_DIRECTION = _compiled(_ALWAYS), _compiled(_OF_DIRECTIONS)


def check(statement: Statement) -> Iterator[Check]:
    text = statement.reading.text
    if "\n" in statement.claim.text.strip():
        yield statement.check(RULE, "unscored", "is more than one sentence on one line", stated="a line break")
    points = bool(statement.reading.words or statement.reading.moods)
    if points and "?" in text:
        yield statement.check(RULE, "unscored", "asks and states nothing", stated="?")
    if points and (strange := _foreign(text)):
        yield statement.check(RULE, "unscored", f"is not plain English ({strange!r})", stated=strange)
    if points and _says_both(statement):
        yield statement.check(RULE, "unscored", "speaks of a rise and of a fall, and cites one of them")
    for what, words in (*_EVERYWHERE, *(_AROUND_A_DIRECTION if points else ())):
        if found := words.search(text):
            reason = f"{what} ({found[0]!r}): state what a cited fact shows, plainly"
            yield statement.check(RULE, "unscored", reason, stated=found[0])


def _foreign(text: str) -> str | None:
    """The first letter or small word of another language."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    letters = (c for word in words for c in word if not c.isascii() and c not in _SYMBOLS)
    return next((word for word in words if len(word) > 2 and word in FOREIGN - _ENGLISH_TOO), next(letters, None))


def _says_both(statement: Statement) -> bool:
    words = set(re.findall(r"[a-z]+", statement.reading.text.lower()))
    ways = {change_of(term) for term in statement.terms} - {None, 0}
    return bool(words & UP and words & DOWN and len(ways) == 1)
