"""Sums and averages: of one series over several periods, or of several things in one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from evaluators.programs import splitting
from evaluators.programs.derived import Computed
from evaluators.programs.grid import Figure
from evaluators.programs.program import IN_PERIOD, Operand, Program, dated_in, looked_up, operand
from evaluators.programs.queries import Query
from evaluators.programs.series import Catalogue, Series, stressed

_MOST_SUMMED = 12
_BORROWED = 0.3
"""How much words of the whole question count for one thing of its list."""


def totals(query: Query, ranked: Sequence[tuple[float, Series]]) -> Iterator[Program]:
    """One series over the years asked for, over all of them, or over its parts of a year."""
    for fit, series in ranked:
        for bonus, figures in _windows(query, series):
            if 1 <= len(figures) <= _MOST_SUMMED:
                yield _total(query, [operand(figure, fit + bonus) for figure in figures])


def lists(query: Query, words: Mapping[str, float], known: Catalogue) -> Iterator[Program]:
    """Several series in one period: `of A, B and C`."""
    parts = splitting.listed(query.text)
    shared = {word: stress * _BORROWED for word, stress in words.items()}
    chosen: list[Operand] = []
    for part in parts:
        found = looked_up(known.ranked({**shared, **stressed(part.words)}, 3), part.years or query.years, query.parts)
        if not found:
            return
        chosen.append(max(found, key=lambda each: each.score))
    if len(parts) >= 2 and len({each.computed.used for each in chosen}) == len(parts):
        yield _total(query, chosen)


def _total(query: Query, members: Sequence[Operand]) -> Program:
    parts = [member.computed for member in members]
    value = sum(part.value for part in parts) / (len(parts) if query.operation == "average" else 1)
    scale = next((part.scale for part in parts if part.scale is not None), None)
    used = tuple(name for part in parts for name in part.used)
    score = sum(member.score for member in members) / len(members)
    return Program(Computed(value, parts[0].kind, scale, used), score, query.operation)


def _windows(query: Query, series: Series) -> Iterator[tuple[float, list[Figure]]]:
    """Which numbers of a series to take, and what that adds to the score."""
    if len(query.years) >= 2:
        yield from _over_years(query, series)
    elif query.years:
        yield from _in_year(query, series, query.years[0])
    else:
        if len(series.figures) > 1:
            yield 0.2, list(series.figures)
        if len(series.figures) > 2:
            yield 0.0, list(series.figures[:2])


def _over_years(query: Query, series: Series) -> Iterator[tuple[float, list[Figure]]]:
    first, last = min(query.years), max(query.years)
    chosen: Sequence[int] = sorted(query.years)
    if len(query.years) == 2 and query.is_span and last - first > 1:
        chosen = sorted({year for figure in series.figures for year in figure.years if first <= year <= last})
    picked = list(dict.fromkeys(figure for year in chosen for figure in dated_in(series, year, query.parts)))
    if len(picked) >= len(query.years):
        yield IN_PERIOD, picked


def _in_year(query: Query, series: Series, year: int) -> Iterator[tuple[float, list[Figure]]]:
    """The parts of that year; the average of a balance may be of its begin and its end."""
    within = dated_in(series, year, query.parts)
    if len(within) > 1:
        yield IN_PERIOD - 0.02, within
    both = [*within, *dated_in(series, year - 1, query.parts)]
    if query.operation == "average" and len(both) == 2:
        yield IN_PERIOD - 0.05, both
