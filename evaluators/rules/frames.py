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


_SENTENCE = re.compile(r"[.!?](?=\s|\Z)\s*|\n\s*")
_ENGLISH_TOO = frozenset({"met", "van", "son", "con", "est", "per", "los", "las", "sin", "due", "men"})
_SYMBOLS = frozenset("σμδαβγρ")
_EVERYWHERE, _AROUND_A_DIRECTION = _compiled(_ALWAYS), _compiled(_OF_DIRECTIONS)


def check(statement: Statement) -> Iterator[Check]:
    text = statement.reading.text
    pointing = tuple(_pointing(statement))
    if "\n" in statement.claim.text.strip() and not all(_quotes(statement, start, end) for start, end in pointing):
        yield statement.check(RULE, "unscored", "is more than one sentence on one line", stated="a line break")
    if pointing and "?" in text:
        yield statement.check(RULE, "unscored", "asks and states nothing", stated="?")
    if pointing and (strange := _foreign(text)):
        yield statement.check(RULE, "unscored", f"is not plain English ({strange!r})", stated=strange)
    if pointing and _says_both(statement):
        yield statement.check(RULE, "unscored", "speaks of a rise and of a fall, and cites one of them")
    for what, words in _EVERYWHERE:
        if said := words.search(text):
            yield _framed(statement, what, said[0])
    for what, words in _AROUND_A_DIRECTION:
        found = next((match for start, end in pointing if (match := _in(statement, words, start, end))), None)
        if found is not None:
            yield _framed(statement, what, found[0])


def _framed(statement: Statement, what: str, said: str) -> Check:
    return statement.check(RULE, "unscored", f"{what} ({said!r}): state what a cited fact shows, plainly", stated=said)


def _pointing(statement: Statement) -> Iterator[tuple[int, int]]:
    """Sentences that say which way something went; a sentence that quotes no number may frame the next one."""
    text = statement.reading.text
    ends = [match.end() for match in _SENTENCE.finditer(text)]
    starts = [0, *ends]
    words = (word for word in statement.reading.words if not statement.is_in_a_name(word.start, word.end))
    told = [*(word.start for word in words), *(mood.start for mood in statement.reading.moods)]
    for index, (start, end) in enumerate(zip(starts, [*ends, len(text)], strict=True)):
        if not any(start <= at < end for at in told):
            continue
        is_alone = _quotes(statement, start, end)
        yield (start if is_alone else starts[max(0, index - 1)], end if is_alone else len(text))


def _quotes(statement: Statement, start: int, end: int) -> bool:
    """Whether a number of the claim stands in the sentence."""
    return any(start <= quantity.start < end for quantity in statement.quantities)


def _in(statement: Statement, words: re.Pattern[str], start: int, end: int) -> re.Match[str] | None:
    """The first that is no fact's own verb: `the 20-bar return says the market fell 3 %` repeats nobody."""
    for match in words.finditer(statement.reading.text, start, end):
        is_fact = _quotes(statement, match.end(), end) and statement.spoken_of(start, match.start(), statement.terms)
        if match[0].lower() != "says" or not is_fact:
            return match
    return None


def _foreign(text: str) -> str | None:
    """The first letter or small word of another language."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    letters = (c for word in words for c in word if not c.isascii() and c not in _SYMBOLS)
    return next((word for word in words if len(word) > 2 and word in FOREIGN - _ENGLISH_TOO), next(letters, None))


def _says_both(statement: Statement) -> bool:
    words = set(re.findall(r"[a-z]+", statement.reading.text.lower()))
    ways = {change_of(term) for term in statement.terms} - {None, 0}
    return bool(words & UP and words & DOWN and len(ways) == 1)
