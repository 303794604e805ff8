"""Years and parts of years in headers and questions: `2019`, `FY19`, `F19`, `2018/19`, `December 31, 2019`, `Q3`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_YEAR = re.compile(
    r"(?<![\d.$€£])(?<!\b\d,)(?<!\b\d\d,)(?<!\b\d\d\d,)(?P<full>(?:19|20)\d\d)"
    r"(?:\s*[-/–]\s*(?P<tail>\d{2}|(?:19|20)\d\d))?(?![\w%]|,\d{3}(?!\d)|\.\d)"
)
_SHORT = re.compile(r"\b(?:FY|F|CY|Fiscal|H[12]|[1-4]Q|Q[1-4])\s?['’]?(?P<short>\d{2})\b(?!\d)", re.IGNORECASE)
_SLASHED = re.compile(r"\b\d{1,2}[/.]\d{1,2}[/.](?P<year>\d{4}|\d{2})\b")
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_QUARTER = re.compile(
    r"\b(first|second|third|fourth|1st|2nd|3rd|4th)"
    r"(?=(?:,? (?:and |to |through )?(?:the )?(?:first|second|third|fourth))*[ -](?:fiscal )?quarters?\b)|"
    r"\bQ([1-4])\b|\b([1-4])Q",
    re.IGNORECASE,
)
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?", re.IGNORECASE)


_END = re.compile(
    r"\b(?:(?P<opening>at (?:the |its )?(?:beginning|start|opening)\b)|"
    r"(?P<closing>at (?:the |its )?(?:end|close)\b|at year[- ]end\b))",
    re.IGNORECASE,
)


class Year(NamedTuple):
    year: int
    start: int
    end: int


@lru_cache(maxsize=8192)
def years_in(text: str) -> tuple[Year, ...]:
    """Every year named, in the order it stands: 2019 of `2018/2019`, a fiscal year; both of `2017-2019`, a span."""
    found = []
    for match in _YEAR.finditer(text):
        first = int(match["full"])
        tail = int(match["tail"] or 0)
        last = tail if tail > 99 else first // 100 * 100 + tail
        is_span = match["tail"] is not None and first < last <= first + 25
        is_fiscal = is_span and last == first + 1 and ("/" in match[0] or tail < 100)
        if not is_fiscal:
            found.append(Year(first, match.start("full"), match.end("full")))
        if is_span:
            found.append(Year(last, match.start("tail"), match.end("tail")))
    for pattern, group in ((_SHORT, "short"), (_SLASHED, "year")):
        for match in pattern.finditer(text):
            number = int(match[group])
            found.append(Year(number if number > 99 else 2000 + number, match.start(), match.end()))
    found.sort(key=lambda each: each.start)
    return tuple(found)


@lru_cache(maxsize=8192)
def quarters_in(text: str) -> tuple[int, ...]:
    return tuple(
        _QUARTERS[match[1].lower()] if match[1] else int(match[2] or match[3]) for match in _QUARTER.finditer(text)
    )


@lru_cache(maxsize=8192)
def months_in(text: str) -> tuple[int, ...]:
    return tuple(
        next(i for i, name in enumerate(_MONTHS, 1) if name.startswith(match[1].lower()[:3]))
        for match in _MONTH.finditer(text)
    )


@lru_cache(maxsize=8192)
def ends_in(text: str) -> frozenset[str]:
    """Which ends of a period are named: `opening` where `at the beginning`, `closing` where `at its end`."""
    return frozenset(match.lastgroup for match in _END.finditer(text) if match.lastgroup)


def is_period(text: str) -> bool:
    """Whether a header cell says nothing but when: `2019`, `Year ended June 30, 2018`, `Q1`."""
    rest = _SLASHED.sub(" ", _SHORT.sub(" ", _YEAR.sub(" ", text)))
    rest = _MONTH.sub(" ", _QUARTER.sub(" ", rest))
    rest = re.sub(
        r"\b(?:years?|months?|weeks?|quarters?|fiscal|ended|ending|as|at|of|the|for|and|in|on|end|twelve|nine|six|three|\d{1,2}(?:st|nd|rd|th)?)\b",
        " ",
        rest,
        flags=re.IGNORECASE,
    )
    has_date = bool(years_in(text) or quarters_in(text) or months_in(text))
    return has_date and not re.search(r"[A-Za-z0-9]", re.sub(r"\(\s*\w?\s*\)", " ", rest))
