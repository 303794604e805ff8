"""Numbers that are part of a name and state nothing: `RSI(14)`, `20-day`, `S&P 500`, dates, times, ids."""

from __future__ import annotations

import re
from typing import NamedTuple

from evaluators.reading import _vocabulary as vocabulary

NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
}  # fmt: skip
WORDED = "|".join(NUMBER_WORDS)
TENS = "|".join(word for word, count in NUMBER_WORDS.items() if 20 <= count < 100)

_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_SPAN = "bar|day|session|candle|period|week|month|quarter|year|hour|minute"
_SHORT = {"d": "day", "w": "week", "h": "hour", "y": "year", "m": "minute", "mo": "month", "min": "minute"}

_NAMES = re.compile(
    rf"""
    \b(?=\w)(?:
    (?P<moment>\b\d{{4}}-\d{{2}}
        (?:-\d{{2}}(?:[T ]\d{{2}}:\d{{2}}(?::\d{{2}}(?:\.\d+)?)?(?:Z|[+-]\d{{2}}:?\d{{2}})?)?)?(?![\d%.]*\d)
      |\b(?:[01]\d|2[0-3]):[0-5]\d(?::\d{{2}})?\b|\b1?\d:[0-5]\d(?=\ ?[ap]\.?m\b)
      |\b{_DAY}(?:st|nd|rd|th)?\ (?i:{vocabulary.MONTHS})\b\.?(?:,?\ (?:19|20)\d\d\b)?
      |\b(?i:{vocabulary.MONTHS})\b\.?\ {_DAY}(?:st|nd|rd|th)?\b(?![.,]?\d|\s?%)(?:,?\ (?:19|20)\d\d\b)?
      |\b(?i:{vocabulary.MONTHS})\b\.?\ (?:19|20)\d\d\b
      |\b(?i:Q[1-4]|FY|H[12])[ -]?(?:(?:19|20)\d\d)?\b
      |\b(?i:in|since|during|year|early|late|mid)[ -](?:19|20)\d\d\b(?![.,]\d|\s?(?:%|percent|points|bars))
      |\b\d{{1,2}}/\d{{1,2}}/(?:19|20)?\d\d\b)
    |(?P<index>\b(?i:{vocabulary.INDICES})[ -]?
      (?:500|400|600|100|30|1000|2000|3000|225|40|35|50|200|300|250)\b(?![.,]\d|\s?%))
    |(?P<called>\b(?i:{vocabulary.INDICATORS})
      (?:\(\s?(?P<inside>\d{{1,3}}(?:\s?,\s?\d{{1,3}}(?:\.\d)?)*)\s?\)|[-_]?(?P<glued>\d{{1,3}})(?![.,]?\d|\s?%|\w)))
    |(?P<after>\b(?i:{vocabulary.INDICATORS})\ \(?(?P<spaced>\d{{1,3}})\b(?![.,]\d|\s?%|\ percent)\)?)
    |(?P<id>\bF\d+\b|\b[A-Za-z][A-Za-z_]*\.(?:\d+|entry|stop|target\d*)\b)
    |(?P<over>\b(?i:over|in|for|during|past|last|next|previous|prior|within|trailing|across|of)\ (?:the\ )?
      (?:(?i:last|past|next|previous|prior|trailing)\ )?
      (?P<many>\d{{1,4}}|(?i:{WORDED}))\ (?:trading\ )?(?P<plural>(?i:{_SPAN}))s\b)
    |(?P<span>(?<![\d.,])\b(?!1\ )
      (?P<length>\d{{1,4}}|(?i:{WORDED}))(?:-|\ )(?:trading[ -])?(?P<unit>(?i:{_SPAN}))\b(?!s))
    |(?P<short>(?<![\d.,])\b(?P<few>\d{{1,4}})(?P<letter>mo|min|[dwhym])\b)
    |(?P<dma>(?<![\d.,])\b(?P<days>\d{{1,3}})[ -]?(?:DMA|SMA|EMA|dma|WMA|MA)\b)
    |(?P<ordinal>\b\d+(?:st|nd|rd|th)\b(?!\s?percentile))
    |(?P<level>(?<![\d.,])\b(?P<percent>\d{{1,2}}(?:\.\d)?)\s?(?:%|percent|th|st|nd|rd)?[ -](?i:{vocabulary.LEVELS})\b)
    |(?P<bracket>\b(?i:{vocabulary.LEVELS})\ ?\(\s?(?P<share>\d{{1,2}})\s?(?:%|percent)\s?\))
    |(?P<retrace>\b(?:23\.6|38\.2|50|61\.8|78\.6)\s?%\ (?i:fib\w*|retracement)\b)
    |(?P<token>\b(?!(?:USD|EUR|GBP|JPY|CHF|USDT)\d)[A-Za-z][A-Za-z_]*_?\d+(?:_?[A-Za-z]\w*|_\d+)*\b(?![.,]\d|\s?%))
    )
    |(?P<round>\b(?i:round|step)\ [1-9]\b(?![.,]\d|\s?%)|\#[1-9]\b
      |(?:^|(?<=\n))\s*[1-9][.)]\s|(?:^|(?<=[.:;,]\ )|(?<=\n))\([1-9]\)\ )
    |(?P<scale>(?:\bout\ of\ |(?<=\d)\s?/\s?)100\b(?![.,]\d))
    """,
    re.VERBOSE,
)
_DIGITS = re.compile(r"\d+")


class Period(NamedTuple):
    """A number inside a name."""

    counts: tuple[int, ...]
    """Empty where the number names a date, an index or an id: nothing has to fit it."""
    unit: str
    """bar, day, week, ...; empty where the name gives a bare parameter."""
    start: int
    end: int
    may_be_value: bool
    """`SMA 50`, `15m`, `in 10 bars`, `95 % VaR`: a name only where the evidence has that parameter, else a quantity."""
    word: str = ""
    """`sma_50`, `US500`: one word with digits in it, which is a name only where the evidence knows it."""


def names_in(text: str) -> tuple[Period, ...]:
    """Every number in `text` that is (or may be) part of a name, in order."""
    return tuple(_period(match) for match in _NAMES.finditer(text))


def count_of(word: str) -> int:
    return int(word) if word.isdecimal() else NUMBER_WORDS[word.lower()]


def _period(match: re.Match[str]) -> Period:
    start, end = match.span()
    if (inside := match["inside"] or match["glued"]) is not None:
        return Period(tuple(int(digits) for digits in _DIGITS.findall(inside)), "", start, end, may_be_value=False)
    if match["spaced"] is not None:
        return Period((int(match["spaced"]),), "", start, end, may_be_value=True)
    if match["many"] is not None:
        return Period((count_of(match["many"]),), match["plural"].lower(), start, end, may_be_value=True)
    if match["length"] is not None:
        return Period((count_of(match["length"]),), match["unit"].lower(), start, end, may_be_value=False)
    if match["few"] is not None:
        return Period((int(match["few"]),), _SHORT[match["letter"]], start, end, may_be_value=True)
    if match["days"] is not None:
        return Period((int(match["days"]),), "", start, end, may_be_value=False)
    if match["percent"] is not None:
        return Period((int(float(match["percent"])),), "", start, end, may_be_value=True)
    if match["share"] is not None:
        return Period((int(match["share"]),), "", start, end, may_be_value=True)
    return Period((), "", start, end, may_be_value=False, word=match["token"] or "")
