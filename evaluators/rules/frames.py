"""A claim states something itself: not that it is false, said by others, asked, or so only if something else is.

The numbers and words inside such a frame may agree with the facts while the sentence says the opposite, or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evaluators.rules._statement import Statement
from fks_agents.contracts import Check

RULE = "frames"
_SAID: dict[str, tuple[str, ...]] = {
    "says that something is not so": (
        r"not true|untrue|false|wrong|mistaken|incorrect(?:ly)?|contrary to|opposite|den(?:y|ies|ied)|far from",
        r"no(?:body| one|t one)|never did|hardly any\w*|no (?:analyst|trader|expert)s?|in fact|correction|satire|hoax",
        r"ends|averted|avoided|fizzles|loses steam|ran out of steam",
    ),
    "says it under a condition": (r"if|unless|whether|provided that|assuming|suppos(?:e|ing)",),
    "leaves it open": (
        r"may(?! \d)|might|could|would|perhaps|maybe|possibly|presumably|supposedly|apparently|allegedly|reportedly",
        r"rumou?r(?:s|ed)?|unconfirmed",
    ),
    "repeats what others say": (
        r"sa(?:y|ys|id)|claim(?:s|ed)?|thinks?|thought|believe[sd]?|bets?(?= that)|wonders?|doubts?|according to|told",
        r"reports? that",
    ),
    "refuses or advises": (r"sorry|as an ai|unable to|cannot|can't|declines? to (?:say|comment)|no comment|advice",),
    "speaks of another time": (r"in (?:1[5-9]|20)\d\d",),
}
_FRAMES = tuple((what, re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)) for what, words in _SAID.items())


def check(statement: Statement) -> Iterator[Check]:
    text = statement.reading.text
    if "?" in text:
        yield statement.check(RULE, "unscored", "asks and states nothing", stated="?")
    if "\n" in statement.claim.text.strip():
        yield statement.check(RULE, "unscored", "is more than one sentence on one line", stated="a line break")
    for what, words in _FRAMES:
        if found := words.search(text):
            reason = f"{what} ({found[0]!r}): state what a cited fact shows, plainly"
            yield statement.check(RULE, "unscored", reason, stated=found[0])
