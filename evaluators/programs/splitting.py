"""A question about two things, or several, cut where it names one and then the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from evaluators.programs.queries import Operation
from evaluators.programs.wording import OPERATING_STEMS, words_of
from evaluators.reading.years import years_in

_MOST_CUTS = 8
_PARTS = ("percentage", "percent", "proportion", "portion", "share", "%")
_FORWARD_SHARES = (
    *(f"as a {part} of" for part in _PARTS), "in relation to", "out of", "over", "divided by", "relative to", "to",
    "in", "of", "for",
)  # fmt: skip
_REVERSED = (
    "due to", "from", "is", "are", "was", "were", "did", "that", "represented", "represent", "make up", "made up",
    "made of", "comprised", "comes from", "came from", "attributable to", "related to", "consist",
)  # fmt: skip
"""`percentage of the whole was the part`: what comes first is the whole."""
_CUTS: dict[Operation, tuple[str, ...]] = {
    "difference": (
        "and", "compared to", "compared with", "than", "less", "minus", "versus", "vs", "without", "excluding",
        "from", "to", "over",
    ),
    "growth": ("and", "compared to", "as a percentage of", "over", "from", "to", "in relation to"),
    "sum": ("and", "plus", "added to", "including"),
    "ratio": ("to", "over", "divided by", "compared to", "and", "relative to", "versus", "per"),
    "share": (*_FORWARD_SHARES, *_REVERSED),
}  # fmt: skip
_NAMED_RATIO = re.compile(r"\b(?P<a>\w+)[- ]to[- ](?P<b>\w+) ratio\b", re.IGNORECASE)


class Half(NamedTuple):
    words: tuple[str, ...]
    """Without words of operation, unless there is nothing else."""
    years: tuple[int, ...]


@lru_cache(maxsize=1024)
def halves(question: str, operation: Operation) -> tuple[tuple[float, Half, Half], ...]:
    """Both halves for every place where the question may be cut, with what speaks against that cut.

    Of a ratio or a share, the first is the part and the second the whole.
    """
    return tuple(_halves(question, operation))[: 2 * _MOST_CUTS]


def _halves(question: str, operation: Operation) -> Iterator[tuple[float, Half, Half]]:
    if (named := _NAMED_RATIO.search(question)) is not None and operation in ("ratio", "share"):
        yield 0.0, _half("total " + named["a"]), _half("total " + named["b"])
    if operation == "ratio" and re.search(r"\bcurrent ratio\b", question, re.IGNORECASE):
        yield 0.0, _half("total current assets"), _half("total current liabilities")
    text = " " + question.strip().rstrip("?.").strip() + " "
    lowered = text.lower()
    for rank, cut in enumerate(_CUTS.get(operation, ())):
        joint = f" {cut} "
        at = lowered.find(joint)
        while at >= 0:
            first, second = _half(text[:at]), _half(text[at + len(joint) :])
            discount = 0.0 if rank < 6 else 0.03
            if first.words and second.words:
                if operation != "share":
                    yield discount, first, second
                elif cut in _REVERSED:
                    yield discount, second, first
                    yield discount + 0.12, first, second
                else:
                    yield discount, first, second
                    yield discount + 0.12, second, first
            at = lowered.find(joint, at + 1)


def _half(text: str) -> Half:
    words = words_of(text)
    topics = tuple(word for word in words if word not in OPERATING_STEMS or word == "total")
    return Half(
        topics if any(word != "total" for word in topics) else words, tuple(year.year for year in years_in(text))
    )


_LIST = re.compile(r"\b(?:of|for|in|between|from)\b(?P<list>[^?]+)", re.IGNORECASE)
_COMMA = re.compile(r",\s*(?:and\s+)?|\s+and\s+|\s+plus\s+|\s*&\s*", re.IGNORECASE)


@lru_cache(maxsize=1024)
def listed(question: str) -> tuple[Half, ...]:
    """The things of a list: `A, B and C`; empty where there is none."""
    parts = [_half(part) for part in _COMMA.split(question.strip().rstrip("?."))]
    named = [part for part in parts if part.words]
    return tuple(named) if len(named) >= 2 else ()
