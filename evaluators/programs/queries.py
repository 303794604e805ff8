"""A question taken apart: which operation, over which periods, on what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from evaluators.programs.wording import OPERATING_STEMS, words_of
from evaluators.reading.years import months_in, quarters_in, years_in

Operation = Literal["value", "difference", "growth", "average", "sum", "ratio", "share", "count"]

_GROWTH = re.compile(
    r"""(?:\bpercent(?:age)?|%)[ -]?(?:of\s)?(?:nominal\s|absolute\s|total\s|net\s|overall\s)?
        (?:change|increase|decrease|growth|decline|difference|variation|reduction|rise|drop|gain|loss|fluctuation|appreciation|depreciation)
    | \b(?:change|increase|decrease|growth|decline|difference|variation|reduction|rise|drop)\b.{0,60}\bin\ (?:percent|percentage)\s*$
    | \b(?:change|increase|decrease|growth|decline|difference)\ (?:\(?%\)?|in\ %)
    | \bgrowth\ rate\b | \brate\ of\ (?:growth|change|return)\b | \byear[- ]o[nv]e?r?[- ]year\ (?:change|growth|increase)
    | \bby\ (?:what|how\ many)\ percent(?:age)?\b | \bhow\ much\ (?:percent|percentage)\b.{0,30}\b(?:change|increase|decrease|grow)
    | (?:\b(?:percentage|percent)|%).{0,12}\b(?:did|has|have|was|were)\b.{0,80}\b(?:chang|increas|decreas|grow|grew|declin|f[ae]ll|rise|rose|drop)\w*
    | \bas\ a\ percent(?:age)?\ change\b | \bpercentual\ (?:change|increase|decrease)\b
    | \brate\ of\ return\b | \breturn\ on\ investment\b | \broi\b""",
    re.VERBOSE | re.IGNORECASE,
)
_DIFFERENCE = re.compile(
    r"""\b(?:net\s)?(?:chang(?:e|es|ed)|differences?|increas(?:e|ed|es)|decreas(?:e|ed|es)|declin(?:e|ed)|variances?|variations?|fluctuations?|
        reduction|ris(?:e|en)|rose|drop(?:ped)?|f[ae]ll|grow(?:th|n)?|grew|gains?|vary|varied|gap|spread)\b
    | \bhow\ much\ (?:more|less|higher|lower|greater|larger|smaller)\b | \b(?:minus|subtract(?:ed|ing)?)\b
    | \bless\b(?!\s(?:than|accumulated)) | \bwithout\b | \bexclud(?:ing|es)\b | \bremoving\b""",
    re.VERBOSE | re.IGNORECASE,
)
_AVERAGE = re.compile(r"\baverage\b|\bmean\b|\bavg\b", re.IGNORECASE)
_SUM = re.compile(
    r"\bsum\b|\bcombined\b|\baltogether\b|\btotal\b|\btotals\b|\bin aggregate\b|\badd(?:ed)? (?:up|together)\b|\bplus\b|\bcumulative\b",
    re.IGNORECASE,
)
_EXPLICIT_SUM = re.compile(
    r"\bsum\b|\bcombined\b|\baltogether\b|\bplus\b|\badd(?:ed)?\b|\btotal of\b.*\band\b", re.IGNORECASE
)
_ADDING = re.compile(r"\bsum of\b|\bcombined\b", re.IGNORECASE)
_RATIO = re.compile(r"\bratio\b|\bdivided by\b|\bhow many times\b|\bmultiple of\b|\bquotient\b", re.IGNORECASE)
_SHARE = re.compile(
    r"""(?:\b(?:percent(?:age)?|proportion|portion|share|fraction|part)\b|%).{0,90}?\b(?:of|over|to|in|from|for|represent\w*|account\w*|compris\w*|constitut\w*|made|ma[dk]es?|relat\w*|due|is|was|were)\b
    | \bas\ a\ (?:percent(?:age)?|%|proportion|portion|share|fraction|part|ratio)\b | \brepresent(?:s|ed)?\b.{0,20}\b(?:in\ relation|as\ a|of)\b
    | \b(?:proportion|percentage\ constitution)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_COUNT = re.compile(r"\bhow many\b|\bnumber of (?:years|quarters|segments|categories|types|items)\b", re.IGNORECASE)
_SPAN = re.compile(r"\b(?:from|between|through|throughout|across|over)\b|\d\s*[-–]\s*\d", re.IGNORECASE)


@dataclass(frozen=True)
class Query:
    text: str
    operation: Operation
    words: tuple[str, ...]
    """Content words without years, operation words included."""
    years: tuple[int, ...]
    """In the order named, each once."""
    parts: frozenset[str]
    is_span: bool
    """Years are the ends of a span: `from 2015 to 2019`."""
    falls: bool
    """Asks for a decrease, so that its size may be told without a sign."""

    is_unsigned: bool
    """Asks how far apart, not which way."""
    is_explicit: bool
    """Says to add: `sum of`, `combined`; not merely `total`."""

    @property
    def topics(self) -> tuple[str, ...]:
        """Words that are no operation."""
        return tuple(word for word in self.words if word not in OPERATING_STEMS)


_FALLS = re.compile(
    r"\b(?:decreas(?:e|ed|es)|declin(?:e|ed)|reduc(?:tion|ed)|drop(?:ped)?|fell|fall|loss)\b(?!\s*\))", re.IGNORECASE
)
_UNSIGNED = re.compile(r"\bdifferences?\b|\bgap\b|\bspread\b", re.IGNORECASE)
_RISES = re.compile(r"\b(?:increase|growth|change|rise|gain)\w*", re.IGNORECASE)


@lru_cache(maxsize=2048)
def read(question: str) -> Query:
    years = tuple(dict.fromkeys(year.year for year in years_in(question)))
    parts = frozenset({f"q{q}" for q in quarters_in(question)} | {f"m{m}" for m in months_in(question)})
    falls = _FALLS.search(question) is not None and _RISES.search(question) is None
    return Query(
        question,
        operation_of(question),
        words_of(question),
        years,
        parts,
        _SPAN.search(question) is not None,
        falls,
        _UNSIGNED.search(question) is not None and _RISES.search(question) is None,
        _EXPLICIT_SUM.search(question) is not None,
    )


_OF_SHARES = re.compile(
    r"\b(?:change|increase|decrease|difference)\b\W[^?]{0,25}\bin (?:the )?(?:percentage|proportion|share)s? of\b",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"\b(?:change|differences?|that|this|it|sum|amount|increase|decrease|decline|growth|variation|portion)\b.{0,40}?\b(?:over|divided by|relative to|"
    r"in relation to)\b(?! (?:the |that |this |a |same |these )*(?:\w+[- ])?(?:year|period|time|course|last|past|month|quarter)s?\b)",
    re.IGNORECASE,
)


def operation_of(question: str) -> Operation:
    if _COUNT.search(question) and _asks_for_count(question):
        return "count"
    if _OF_SHARES.search(question):
        return "difference"
    if _OVER.search(question):
        return "share"
    if _GROWTH.search(question):
        return "growth"
    if _RATIO.search(question):
        return "ratio"
    if (averaged := _AVERAGE.search(question)) is not None and not _begins_before(question, averaged.start()):
        return "average"
    if _SHARE.search(question) and not re.search(r"\bpercentage points?\b", question, re.IGNORECASE):
        return "share"
    if _DIFFERENCE.search(question):
        return "difference"
    if _EXPLICIT_SUM.search(question):
        return "sum"
    if _SUM.search(question):
        return "sum"
    return "value"


def _begins_before(question: str, at: int) -> bool:
    """Whether another operation is named first: `the sum of the average prices`."""
    return any(
        (found := pattern.search(question)) is not None and found.start() < at for pattern in (_ADDING, _DIFFERENCE)
    )


def _asks_for_count(question: str) -> bool:
    counted = re.search(
        r"\bhow many\s+(?:\w+\s+){0,4}?(years?|quarters?|segments?|categor\w+|types?|items?|components?|times|regions?|countries|officers?|directors?|assets?|expenses?)\b",
        question,
        re.IGNORECASE,
    )  # noqa: E501
    compares = re.search(
        r"\b(?:exceed\w*|above|below|more than|less than|greater|over|under|are there|is there|were there|at least)\b",
        question,
        re.IGNORECASE,
    )  # noqa: E501
    return counted is not None and compares is not None
