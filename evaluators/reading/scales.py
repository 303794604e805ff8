"""Scale words that hold for numbers printed elsewhere: `in millions`, `$'000`, `£m`, `US$ bn`, `$M`."""

from __future__ import annotations

import re
from typing import NamedTuple

THOUSAND, MILLION, BILLION = 1e3, 1e6, 1e9

_WORDS = {"thousand": THOUSAND, "million": MILLION, "billion": BILLION, "hundred": 1e2, "trillion": 1e12}
_IN_WORDS = re.compile(
    r"""(?:\bin\s+|\()(?:(?:US|U\.S\.|Canadian|Australian|\w+)?\s*(?:dollars|euros?|pounds|[$€£¥]|USD|EUR|GBP|RMB|AUD|shares|units|amounts?)?\s*(?:and\s+\w+\s+)?(?:in\s+)?)?
    (?P<word>thousand|million|billion)s?\b""",
    re.VERBOSE | re.IGNORECASE,
)
_SHORT = re.compile(
    r"""(?<![A-Za-z0-9.,])(?:US|A|C|HK|NZ|S)?(?:[$€£¥]|USD|EUR|GBP|AUD|RMB|CHF|DKK|SEK|NOK|Rs\.?)\s*
    ['’‘`]?\s*(?:(?P<thousand>000s?\b|k\b|thousands?\b)|(?P<million>m(?:ln|n|illions?)?\b)|(?P<billion>b(?:n|illions?)?\b))""",
    re.VERBOSE | re.IGNORECASE,
)
_BARE = re.compile(r"\(1,000s?\)|(?<![\d,.])['’‘`]\s*000s?\b|(?<![\d,.])\b000['’]?s\b", re.IGNORECASE)
_LOOSE = re.compile(r"\b(?:thousands|millions|billions)\b(?!\s+of\b)", re.IGNORECASE)
_ONLY = re.compile(r"^\W*(?:(?:US|A)?\$\s*)?(thousand|million|billion|mn|mln|bn|m)s?\W*$", re.IGNORECASE)
_OTHERWISE = re.compile(
    r"(?:except|other than|excluding|unless|but)[^.;)]{0,60}?"
    r"\b(?:per[- ]|percent|%|ratio|share|unit|number|employ|rate)\w*",
    re.IGNORECASE,
)
_PER_UNIT = re.compile(r"\bper\b|\bEPS\b|\bratio\b|\brates?\b|%|\bpercent|\bmultiple\b|\(x\)", re.IGNORECASE)


_SAME = 40
"""Letters within which two findings are one."""


class Told(NamedTuple):
    factor: float
    start: int
    excepts_per_unit: bool
    """`except per share data`: numbers per share are as printed."""


def scales_in(text: str) -> tuple[Told, ...]:
    """Every scale that `text` declares for other numbers, in order; a number's own scale word is not one."""
    found: dict[int, float] = {}
    for match in _IN_WORDS.finditer(text):
        found[match.start()] = _WORDS[match["word"].lower()]
    for match in _SHORT.finditer(text):
        found.setdefault(match.start(), _WORDS[match.lastgroup or "thousand"])
    for match in _BARE.finditer(text):
        if not any(abs(match.start() - at) < _SAME for at in found):
            found[match.start()] = THOUSAND
    for match in _LOOSE.finditer(text):
        if not any(abs(match.start() - at) < _SAME for at in found):
            found[match.start()] = _WORDS[match[0].lower()[:-1]]
    if not found and (only := _ONLY.match(text)) is not None:
        short = only[1].lower()
        found[0] = _WORDS.get(short, BILLION if short == "bn" else MILLION)
    excepts = _OTHERWISE.search(text) is not None
    return tuple(Told(factor, at, excepts) for at, factor in sorted(found.items()))


def is_per_unit(label: str) -> bool:
    """Whether a label names something that no table scale applies to: per share, a rate, a ratio."""
    return _PER_UNIT.search(label) is not None
