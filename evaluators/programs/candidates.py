"""Programs that may answer a question: an operation over numbers that its words and years speak of, with a score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from evaluators.programs.changes import changes, ratios_in_time
from evaluators.programs.counts import counts
from evaluators.programs.pairs import pairs
from evaluators.programs.program import Program, looked_up
from evaluators.programs.queries import Operation, Query
from evaluators.programs.series import Catalogue, Series
from evaluators.programs.totals import lists, totals

_MOST_SERIES = 8
_UNNAMED = 0.45
"""What a plain value loses where an operation was asked for that its name does not tell."""


def over_tables(query: Query, words: Mapping[str, float], known: Catalogue) -> Iterator[Program]:
    """Programs over one series or several, by the operation asked for; a plain value always may be meant."""
    ranked = known.ranked(words, _MOST_SERIES)
    yield from _values(query, ranked)
    match query.operation:
        case "difference":
            yield from changes(query, ranked, is_growth=False)
            yield from pairs(query, known)
        case "growth":
            yield from changes(query, ranked, is_growth=True)
            yield from changes(query, ranked, is_growth=False)
            yield from pairs(query, known)
        case "average" | "sum":
            yield from totals(query, ranked)
            yield from lists(query, words, known)
            yield from pairs(query, known)
        case "ratio" | "share":
            yield from pairs(query, known)
            yield from ratios_in_time(query, ranked)
        case "count":
            yield from counts(query, ranked)
        case "value":
            return


def _values(query: Query, ranked: Sequence[tuple[float, Series]]) -> Iterator[Program]:
    """The number itself; where an operation was asked for, only as far as its word is part of a name."""
    for pair in ranked:
        named = 1.0 if query.operation == "value" else _names_operation(query, pair[1])
        for found in looked_up([pair], query.years, query.parts):
            yield Program(found.computed, found.score - _UNNAMED * (1.0 - named), "value")


_NAMED_BY: Mapping[Operation, tuple[str, ...]] = {
    "difference": ("change", "increase", "decrease", "difference", "decline", "growth", "less", "variance"),
    "growth": ("change", "growth", "increase", "%", "percent", "percentage"),
    "average": ("average", "mean"),
    "sum": ("total", "combined", "sum", "aggregate"),
    "share": ("percentage", "percent", "%", "proportion", "share", "rate", "portion"),
    "ratio": ("ratio",),
    "count": ("number",),
}


def _names_operation(query: Query, series: Series) -> float:
    """From 0 to 1: whether the series is itself what the operation would give, as a column `Change` is."""
    words = _NAMED_BY.get(query.operation, ())
    is_named = any(word in series.words for word in words)
    is_percent = query.operation in ("growth", "share") and any(figure.is_percent for figure in series.figures)
    if query.operation == "sum" and len(query.years) < 2:
        return 0.3 if query.is_explicit else 1.0 if is_named else 0.85
    if query.operation == "growth":
        return 0.9 if is_named and is_percent else 0.35 if is_percent else 0.0
    if query.operation == "share":
        return 0.9 if is_percent else 0.0
    return 0.9 if is_named else 0.2
