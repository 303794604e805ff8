"""Words of mood: `turned bullish`, `buyers in control`, `strong momentum`, `weak volume`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from evaluators.reading._vocabulary import NEGATIONS, any_of

Of = Literal["price", "volume", "trend", "reading"]
"""What the word is said of; momentum and the parties of a market speak of the price, `reading` is the number beside."""

_BULLS, _BEARS = "buyers|bulls|buying pressure", "sellers|bears|selling pressure"
_LEADING = any_of("""
    in (?:\\w+ )?(?:control|charge|command), on top, dominat(?:e|es|ed|ing), dominant, winning, prevail(?:s|ed|ing)?,
    (?:have|has|had|hold|holds|keep|keeps) (?:the |full |firm )?(?:control|upper hand|lead),
    t(?:ake|akes|ook|aken|aking) (?:the |full |firm )?(?:control|charge|lead|over), rul(?:e|es|ing),
    overwhelm(?:s|ed|ing)?, lead, leads, leading, step(?:s|ped|ping)? in, in the driv(?:ing|er's) seat
""")
_RULED = any_of("""
    (?:controlled|dominated|driven|led|ruled) by,
    (?:control|dominance|upper hand|command)(?: \\w+){0,2}? (?:of|with|to|by)
""")
_STRONG = "strong|robust|solid|powerful|healthy|firm"
_WEAK = "weak|soft|feeble|poor|sluggish|flagging"
_UP, _DOWN = "bullish|positive|upward|upside|buying", "bearish|negative|downward|downside|selling"
_TURNS = r"(?:turn|flip|swing|swung|shift|switch|becom|became|went|go)(?:e|s|es|ed|ped|ing|ping|ning)?"
_IS = (
    r"(?:is|was|are|remains|stays|looks|seems|appears|has been)"
    r"(?: not| no longer| still| very| quite| rather)?(?: \w+ly)?"
)
_MANNER = r"(?:(?:\w+ly|more|back|to) ){0,2}"
_PATTERNS: tuple[tuple[Of, str], ...] = (
    (
        "price",
        rf"\b(?:(?P<up>{_BULLS})|(?P<down>{_BEARS}))(?:\s+(?!and\b|but\b|or\b)[\w']+){{0,4}}?\s+(?:{_LEADING})\b",
    ),
    ("price", rf"\b(?:{_RULED})\s+(?:the\s+)?(?:(?P<up>{_BULLS})|(?P<down>{_BEARS}))\b"),
    ("price", rf"\b{_TURNS}\s+{_MANNER}(?:(?P<up>bullish|the upside)|(?P<down>bearish|the downside))\b"),
    ("price", rf"\b(?:(?:{_STRONG}|{_WEAK})\s+)?(?:(?P<up>{_UP})|(?P<down>{_DOWN}))\s+(?:momentum|trend)\b"),
    ("price", rf"\b(?:(?P<up>{_STRONG})|(?P<down>{_WEAK}))\s+momentum\b"),
    ("price", rf"\bmomentum\s+{_IS}\s+(?:(?P<up>{_STRONG}|bullish)|(?P<down>{_WEAK}|bearish))\b"),
    ("price", rf"\btrend\s+{_IS}\s+(?:(?P<up>bullish)|(?P<down>bearish))\b"),
    ("volume", rf"\b(?:(?P<up>{_STRONG}|heavy|elevated)|(?P<down>{_WEAK}|light|thin))\s+volumes?\b"),
    ("volume", rf"\bvolumes?\s+{_IS}\s+(?:(?P<up>{_STRONG}|heavy|elevated)|(?P<down>{_WEAK}|light|thin))\b"),
    ("trend", rf"\b(?:(?P<up>{_STRONG})|(?P<down>{_WEAK}))\s+trend\b"),
    ("trend", rf"\btrend\s+{_IS}\s+(?:(?P<up>{_STRONG})|(?P<down>{_WEAK}))\b"),
)
_AT = r"(?:at|with|near|around)\s+(?:about\s+)?(?=[$€£\d+−-])"
_READINGS: tuple[tuple[Of, str], ...] = (
    (
        "reading",
        rf"\b{_IS}\s+(?:(?P<up>{_STRONG}|upbeat|buoyant)|(?P<down>{_WEAK}|downbeat|depressed|subdued))\s+{_AT}",
    ),
    ("reading", rf"\ban?\s+(?:(?P<up>{_STRONG}|upbeat)|(?P<down>{_WEAK}|downbeat))\s+(?:reading\s+of\s+)?(?=[\d+−-])"),
)
"""`RSI is firm at 61.3`, `a soft 38.2`."""
_MOODS = tuple((of, re.compile(pattern, re.IGNORECASE)) for of, pattern in (*_PATTERNS, *_READINGS))
_INSIDE = re.compile(rf"\b(?:{NEGATIONS}|fail\w*|lost|losing)\b|n't", re.IGNORECASE)
_BEFORE = re.compile(rf"(?:\b(?:{NEGATIONS}|no|lack of)|n't)\s*(?:(?!only\b)\w+\s+){{0,2}}\Z", re.IGNORECASE)


class Mood(NamedTuple):
    of: Of
    sign: int
    """+1 bullish or strong, -1 bearish or weak."""
    is_negated: bool
    start: int
    end: int


def moods_in(text: str) -> tuple[Mood, ...]:
    """Every word of mood in the normalised `text`, in order."""
    return tuple(sorted(_scan(text), key=lambda mood: mood.start))


def _scan(text: str) -> Iterator[Mood]:
    for of, pattern in _MOODS:
        for match in pattern.finditer(text):
            is_negated = _INSIDE.search(match[0]) or _BEFORE.search(text[max(0, match.start() - 30) : match.start()])
            yield Mood(of, 1 if match["up"] else -1, is_negated is not None, *match.span())
