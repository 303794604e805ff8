"""What changed in one series: later less earlier, in amount or as a share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from evaluators.programs.derived import Computed
from evaluators.programs.grid import Figure
from evaluators.programs.program import Program, in_period, operand
from evaluators.programs.queries import Query
from evaluators.programs.series import Series

Span = tuple[float, Figure, Figure]
"""What it adds to the score, the later number, the earlier one."""
_POINTS_FOR_GROWTH = 0.08
_GROWTH_OF_SHARES = 0.05
_IN_TIME = 0.1
_APART = re.compile(r"\b(?:between|less|minus|without|excluding|than|compared)\b", re.IGNORECASE)
_SINCE = re.compile(
    r"\bsince\b|\b(?:two|three|four|five|six|ten|\d+)[ -]year\b|\binitial\b|\boriginal\b|"
    r"\bfrom the (?:start|beginning)\b",
    re.IGNORECASE,
)


def changes(query: Query, ranked: Sequence[tuple[float, Series]], *, is_growth: bool) -> Iterator[Program]:
    """Of percentages, growth may also mean their difference in points."""
    for fit, series in ranked:
        for bonus, late, early in _spans(query, series):
            later, earlier = operand(late, 0.0).computed, operand(early, 0.0).computed
            if is_growth:
                yield from _growth(later, earlier, fit + bonus)
            elif query.operation == "difference":
                yield from _difference(query, later, earlier, fit + bonus)
            elif later.kind == "percent":
                yield from _difference(query, later, earlier, fit + bonus - _POINTS_FOR_GROWTH)


def ratios_in_time(query: Query, ranked: Sequence[tuple[float, Series]]) -> Iterator[Program]:
    """One year over another."""
    if len(query.years) != 2:
        return
    for fit, series in ranked[:4]:
        ups, downs = (in_period(series, year, query.parts) for year in query.years)
        for (one, first), (other, second) in product(ups, downs):
            if first is not second and second.value:
                ratio = Computed(first.value / second.value, "share", 1.0, (first.told(), second.told()))
                yield Program(ratio, fit + (one + other) / 2 - _IN_TIME, "ratio")


def _growth(later: Computed, earlier: Computed, score: float) -> Iterator[Program]:
    if earlier.value:
        share = (later.value - earlier.value) / earlier.value
        discount = _GROWTH_OF_SHARES if later.kind == "percent" else 0.0
        yield Program(Computed(share, "share", 1.0, (*later.used, *earlier.used)), score - discount, "growth")


def _difference(query: Query, later: Computed, earlier: Computed, score: float) -> Iterator[Program]:
    value = later.value - earlier.value
    changed = Computed(value, later.kind, later.scale or earlier.scale, (*later.used, *earlier.used))
    yield Program(changed, score, "difference")
    if query.is_unsigned and value < 0:
        yield Program(replace(changed, value=-value), score, "difference")


def _spans(query: Query, series: Series) -> Iterator[Span]:
    """Pairs of a later and an earlier number that the question may compare."""
    quarters = sorted(part for part in query.parts if part.startswith("q"))
    if len(quarters) == 2 and len(query.years) <= 1:
        return _between_quarters(query, series, quarters)
    if len(query.years) >= 2:
        return _between_years(query, series)
    return _up_to(query, series, query.years[0]) if query.years else _undated(query, series)


def _between_quarters(query: Query, series: Series, quarters: Sequence[str]) -> Iterator[Span]:
    year = query.years[0] if query.years else None
    early, late = (in_period(series, year, frozenset({quarter})) for quarter in quarters)
    for (one, first), (other, second) in zip(early, late, strict=False):
        yield (one + other) / 2, second, first


def _between_years(query: Query, series: Series) -> Iterator[Span]:
    early = in_period(series, min(query.years), query.parts)
    late = in_period(series, max(query.years), query.parts)
    for (one, first), (other, second) in product(early, late):
        if first is not second:
            yield (one + other) / 2, second, first


def _up_to(query: Query, series: Series, year: int) -> Iterator[Span]:
    """One year is named: the change is from the one before, or from the first."""
    before = [each for each in _dates(series) if each < year]
    apart = 0.15 if _APART.search(query.text) else 0.03
    since = 0.0 if _SINCE.search(query.text) else 0.1
    for bonus, late in in_period(series, year, query.parts):
        for _, early in in_period(series, before[-1], query.parts) if before else ():
            yield bonus - apart, late, early
        for _, first in in_period(series, before[0], query.parts) if len(before) > 1 else ():
            yield bonus - apart - since, late, first


def _undated(query: Query, series: Series) -> Iterator[Span]:
    """No year is named: the last two, or the last and the first."""
    dated = _dates(series)
    if len(dated) < 2:
        return
    for bonus, early_year in ((0.15, dated[-2]), (0.15 if len(dated) == 2 else 0.1, dated[0])):
        late = in_period(series, dated[-1], query.parts)
        early = in_period(series, early_year, query.parts)
        for (_, second), (_, first) in product(late, early):
            if second.years and first.years:
                yield bonus, second, first


def _dates(series: Series) -> list[int]:
    return sorted({year for figure in series.figures for year in figure.years})
