"""A question taken apart: which operation, over which periods, on what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from evaluators.programs.wording import OPERATING_STEMS, words_of
from evaluators.reading._vocabulary import any_of
from evaluators.reading.years import ends_in, months_in, quarters_in, years_in

Operation = Literal["value", "difference", "growth", "average", "sum", "ratio", "share", "count"]

_CHANGES = "change|increase|decrease|growth|decline|difference|variation|reduction|rise|drop"
_CHANGED = r"(?:chang|increas|decreas|grow|grew|declin|f[ae]ll|rise|rose|drop)\w*"
_GROWTH = re.compile(
    any_of(rf"""
    (?:\bpercent(?:age)?|%)[ -]?(?:of\s)?(?:(?:nominal|absolute|total|net|overall)\s)?(?:{_CHANGES}),
    (?:\bpercent(?:age)?|%) (?:gain|loss|fluctuation),
    (?:\bpercent(?:age)?|%) (?:ap|de)preciation, \b(?:{_CHANGES})\b.{{0,60}}\bin (?:percent|percentage)\s*$,
    \b(?:{_CHANGES}) (?:\(?%\)?|in %), \bgrowth rate\b, \brate of (?:growth|change|return)\b,
    \byear[- ]o[nv]e?r?[- ]year (?:change|growth|increase), \bby (?:what|how many) percent(?:age)?\b,
    \bhow much (?:percent|percentage)\b.{{0,30}}\b(?:change|increase|decrease|grow),
    (?:\b(?:percentage|percent)|%).{{0,12}}\b(?:did|has|have|was|were)\b.{{0,80}}\b{_CHANGED},
    \bas a percent(?:age)? change\b, \bpercentual (?:change|increase|decrease)\b, \breturn on investment\b, \broi\b
"""),
    re.IGNORECASE,
)
_DIFFERENCE = re.compile(
    any_of(r"""
    \b(?:net\s)?chang(?:e|es|ed)\b, \bdifferences?\b, \bincreas(?:e|ed|es)\b, \bdecreas(?:e|ed|es)\b,
    \bdeclin(?:e|ed)\b, \bvariances?\b, \bvariations?\b, \bfluctuations?\b,
    \breduction\b, \bris(?:e|en)\b, \brose\b, \bdrop(?:ped)?\b,
    \bf[ae]ll\b, \bgrow(?:th|n)?\b, \bgrew\b, \bvar(?:y|ied)\b, \bgap\b, \bspread\b,
    \bhow much (?:more|less|higher|lower|greater|larger|smaller)\b, \b(?:minus|subtract(?:ed|ing)?)\b,
    \bless\b(?!\s(?:than|accumulated)), \bwithout\b, \bexclud(?:ing|es)\b, \bremoving\b
"""),
    re.IGNORECASE,
)
_AVERAGE = re.compile(r"\baverage\b|\bmean\b|\bavg\b", re.IGNORECASE)
_EXPLICIT_SUM = re.compile(
    r"\bsum\b|\bcombined\b|\baltogether\b|\bplus\b|\badd(?:ed)?\b|\btotal of\b.*\band\b", re.IGNORECASE
)
_SUM = re.compile(r"\btotals?\b|\bin aggregate\b|\bcumulative\b", re.IGNORECASE)
_ADDING = re.compile(r"\bsum of\b|\bcombined\b", re.IGNORECASE)
_RATIO = re.compile(r"\bratio\b|\bdivided by\b|\bhow many times\b|\bmultiple of\b|\bquotient\b", re.IGNORECASE)
_PARTS = "percent(?:age)?|proportion|portion|share|fraction|part"
_SHARE = re.compile(
    rf"(?:\b(?:{_PARTS})\b|%).{{0,90}}?\b(?:of|over|to|in|from|for|represent\w*|account\w*|compris\w*|constitut\w*|"
    rf"ma[dk]es?|relat\w*|due|is|was|were)\b|\bas a (?:{_PARTS}|%|ratio)(?!\w)|"
    r"\brepresent(?:s|ed)?\b.{0,20}\b(?:in relation|as a|of)\b",
    re.IGNORECASE,
)
_POINTS = re.compile(r"\bpercentage points?\b", re.IGNORECASE)
_OF_SHARES = re.compile(
    r"\b(?:change|increase|decrease|difference)\b\W[^?]{0,25}\bin (?:the )?(?:percentage|proportion|share)s? of\b",
    re.IGNORECASE,
)
_SPANS = "year|period|time|course|last|past|month|quarter"
_OVER = re.compile(
    r"\b(?:change|differences?|that|this|it|sum|amount|increase|decrease|decline|growth|variation|portion)\b.{0,40}?"
    r"\b(?:over|divided by|relative to|in relation to)\b"
    rf"(?! (?:the |that |this |a |same |these )*(?:\w+[- ])?(?:{_SPANS})s?\b)",
    re.IGNORECASE,
)
_COUNT = re.compile(r"\bhow many\b|\bnumber of (?:years|quarters|segments|categories|types|items)\b", re.IGNORECASE)
_COUNTED = re.compile(
    r"\bhow many\s+(?:\w+\s+){0,4}?(?:years?|quarters?|segments?|categor\w+|types?|items?|components?|times|regions?|"
    r"countries|officers?|directors?|assets?|expenses?)\b",
    re.IGNORECASE,
)
_BEYOND = re.compile(
    r"\b(?:exceed\w*|above|below|more than|less than|greater|over|under|are there|is there|were there|at least)\b",
    re.IGNORECASE,
)
_SPAN = re.compile(r"\b(?:from|between|through|throughout|across|over)\b|\d\s*[-–]\s*\d", re.IGNORECASE)
_FALLS = re.compile(
    r"\b(?:decreas(?:e|ed|es)|declin(?:e|ed)|reduc(?:tion|ed)|drop(?:ped)?|fell|fall|loss)\b(?!\s*\))", re.IGNORECASE
)
_UNSIGNED = re.compile(r"\bdifferences?\b|\bgap\b|\bspread\b", re.IGNORECASE)
_RISES = re.compile(r"\b(?:increase|growth|change|rise|gain)\w*", re.IGNORECASE)


@dataclass(frozen=True)
class Query:
    text: str
    operation: Operation
    words: tuple[str, ...]
    """Content words without years, operation words included."""
    years: tuple[int, ...]
    """In the order named, each once."""
    parts: frozenset[str] = frozenset()
    """Quarters, months, ends of a year: `q3`, `m12`, `closing`."""
    is_span: bool = False
    """Years are the ends of a span: `from 2015 to 2019`."""
    falls: bool = False
    """Asks for a decrease, so that its size may be told without a sign."""
    is_unsigned: bool = False
    """Asks how far apart, not which way."""
    is_explicit: bool = False
    """Says to add: `sum of`, `combined`; not merely `total`."""

    @property
    def topics(self) -> tuple[str, ...]:
        """Words that are no operation."""
        return tuple(word for word in self.words if word not in OPERATING_STEMS)


@lru_cache(maxsize=2048)
def read(question: str) -> Query:
    years = tuple(dict.fromkeys(year.year for year in years_in(question)))
    parts = frozenset(
        {f"q{q}" for q in quarters_in(question)} | {f"m{m}" for m in months_in(question)} | ends_in(question)
    )
    rises = _RISES.search(question) is not None
    return Query(
        question,
        operation_of(question),
        words_of(question),
        years,
        parts,
        _SPAN.search(question) is not None,
        _FALLS.search(question) is not None and not rises,
        _UNSIGNED.search(question) is not None and not rises,
        _EXPLICIT_SUM.search(question) is not None,
    )


def operation_of(question: str) -> Operation:
    """The first that fits, the most particular ones before the others."""
    averaged = _AVERAGE.search(question)
    fits: tuple[tuple[Operation, bool], ...] = (
        ("count", all(pattern.search(question) for pattern in (_COUNT, _COUNTED, _BEYOND))),
        ("difference", _OF_SHARES.search(question) is not None),
        ("share", _OVER.search(question) is not None),
        ("growth", _GROWTH.search(question) is not None),
        ("ratio", _RATIO.search(question) is not None),
        ("average", averaged is not None and not _begins_before(question, averaged.start())),
        ("share", _SHARE.search(question) is not None and _POINTS.search(question) is None),
        ("difference", _DIFFERENCE.search(question) is not None),
        ("sum", any(pattern.search(question) for pattern in (_EXPLICIT_SUM, _SUM))),
    )
    return next((operation for operation, does_fit in fits if does_fit), "value")


def _begins_before(question: str, at: int) -> bool:
    """Whether another operation is named first: `the sum of the average prices`."""
    return any(
        (found := pattern.search(question)) is not None and found.start() < at for pattern in (_ADDING, _DIFFERENCE)
    )
