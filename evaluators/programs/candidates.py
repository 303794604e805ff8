"""Programs that may answer a question: an operation over numbers that its words and years speak of, and how well they do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from evaluators.programs import splitting
from evaluators.programs.derived import Computed, Kind
from evaluators.programs.grid import Figure
from evaluators.programs.queries import Operation, Query
from evaluators.programs.series import Catalogue, Series, stressed
from evaluators.reading.answers import answer_in

_IN_PERIOD, _OFF_PERIOD, _UNDATED = 0.25, -0.35, 0.05
_MOST_SERIES = 8
_MOST_SUMMED = 12


@dataclass(frozen=True)
class Program:
    computed: Computed
    score: float
    operation: Operation

    @property
    def value(self) -> float:
        return self.computed.value


@dataclass(frozen=True)
class Operand:
    """A number with how well it is what was asked for."""

    computed: Computed
    score: float
    years: frozenset[int] = frozenset()


def operand(figure: Figure, score: float) -> Operand:
    kind: Kind = "percent" if figure.is_percent else "level"
    return Operand(Computed(figure.value, kind, figure.scale, (figure.told(),)), score, figure.years)


def over_tables(query: Query, words: Mapping[str, float], known: Catalogue) -> Iterator[Program]:
    """Programs over one series or several, by the operation asked for; a plain value always may be meant."""
    ranked = known.ranked(words, _MOST_SERIES)
    yield from _values(query, ranked)
    match query.operation:
        case "difference":
            yield from _changes(query, ranked, is_growth=False)
            yield from _pairs(query, words, known, "difference")
        case "growth":
            yield from _changes(query, ranked, is_growth=True)
            yield from _changes(query, ranked, is_growth=False, discount=0.08)
            yield from _pairs(query, words, known, "growth")
        case "average" | "sum":
            yield from _totals(query, ranked)
            yield from _lists(query, words, known)
            if query.operation == "sum":
                yield from _pairs(query, words, known, "sum")
        case "ratio" | "share":
            yield from _pairs(query, words, known, query.operation)
            yield from _ratios_in_time(query, ranked)
        case "count":
            yield from _counts(query, ranked)
        case _:
            pass


def in_period(series: Series, year: int | None, parts: frozenset[str]) -> list[tuple[float, Figure]]:
    """Numbers of the series in that period, and what that adds to the score."""
    found: list[tuple[float, Figure]] = []
    for figure in series.figures:
        if year is None:
            found.append((0.0, figure))
        elif year in figure.years:
            found.append((_IN_PERIOD, figure))
        elif not figure.years:
            found.append((_UNDATED, figure))
    if parts and any(parts & figure.parts for _, figure in found):
        return [(score + 0.1 * len(parts & figure.parts), figure) for score, figure in found if parts & figure.parts]
    return found


def _values(query: Query, ranked: Sequence[tuple[float, Series]]) -> Iterator[Program]:
    """The number itself; where an operation was asked for, only as far as its word is part of a name."""
    for fit, series in ranked:
        named = 1.0 if query.operation == "value" else _names_operation(query, series)
        for year in query.years or (None,):
            for bonus, figure in in_period(series, year, query.parts):
                late = 0.0 if year is not None else -0.02 * series.figures.index(figure)
                found = operand(figure, fit + bonus + late)
                yield Program(found.computed, found.score - 0.45 * (1.0 - named), "value")


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
    words = _NAMED_BY.get(query.operation, ())
    is_named = any(word in series.words for word in words)
    is_percent = query.operation in ("growth", "share") and any(figure.is_percent for figure in series.figures)
    if query.operation == "sum" and len(query.years) < 2:
        return 0.3 if query.is_explicit else 1.0 if is_named else 0.85
    if query.operation == "growth":
        return 0.9 if is_named and is_percent else 0.35 if is_percent else 0.0
    if query.operation == "share":
        return 0.9 if is_percent else 0.0
    return 0.9 if is_named else 0.55 if is_percent else 0.2


def _changes(
    query: Query, ranked: Sequence[tuple[float, Series]], *, is_growth: bool, discount: float = 0.0
) -> Iterator[Program]:
    """Later less earlier, in one series."""
    for fit, series in ranked:
        for bonus, late, early in _spans(query, series):
            score = fit + bonus - discount
            if is_growth and late.is_percent:
                score -= 0.05
            later, earlier = operand(late, score).computed, operand(early, score).computed
            if is_growth:
                if earlier.value:
                    share = (later.value - earlier.value) / earlier.value
                    yield Program(Computed(share, "share", 1.0, (*later.used, *earlier.used)), score, "growth")
            elif query.operation == "difference" or later.kind == "percent":
                changed = _difference(later, earlier)
                yield Program(changed, score, "difference")
                if query.is_unsigned and changed.value < 0:
                    yield Program(replace(changed, value=-changed.value), score, "difference")


def _difference(later: Computed, earlier: Computed) -> Computed:
    return Computed(later.value - earlier.value, later.kind, later.scale or earlier.scale, (*later.used, *earlier.used))


def _spans(query: Query, series: Series) -> Iterator[tuple[float, Figure, Figure]]:
    """Pairs of a later and an earlier number that the question may compare."""
    years = sorted(query.years)
    quarters = sorted(part for part in query.parts if part.startswith("q"))
    if len(quarters) == 2 and len(years) <= 1:
        early = in_period(series, years[0] if years else None, frozenset({quarters[0]}))
        late = in_period(series, years[0] if years else None, frozenset({quarters[1]}))
        for (one, first), (other, second) in zip(early, late, strict=False):
            yield (one + other) / 2, second, first
        return
    if len(years) >= 2:
        early, late = in_period(series, years[0], query.parts), in_period(series, years[-1], query.parts)
        for one, first in early:
            for other, second in late:
                if first is not second:
                    yield (one + other) / 2, second, first
        return
    dated = sorted({year for figure in series.figures for year in figure.years})
    if len(years) == 1:
        since = 0.0 if _SINCE.search(query.text) else 0.1
        between = 0.15 if _APART.search(query.text) else 0.03
        for bonus, late_figure in in_period(series, years[0], query.parts):
            before = [year for year in dated if year < years[0]]
            for _, early_figure in in_period(series, before[-1], query.parts) if before else ():
                yield bonus - between, late_figure, early_figure
            for _, first_figure in in_period(series, before[0], query.parts) if len(before) > 1 else ():
                yield bonus - between - since, late_figure, first_figure
        return
    if len(dated) >= 2:
        for bonus, (one, other) in (
            (0.15, (dated[-1], dated[-2])),
            (0.15 if len(dated) == 2 else 0.1, (dated[-1], dated[0])),
        ):
            for _, late_figure in in_period(series, one, query.parts):
                for _, early_figure in in_period(series, other, query.parts):
                    if late_figure.years and early_figure.years:
                        yield bonus, late_figure, early_figure


_APART = re.compile(r"\b(?:between|less|minus|without|excluding|than|compared)\b", re.IGNORECASE)
_SINCE = re.compile(
    r"\bsince\b|\b(?:two|three|four|five|six|ten|\d+)[ -]year\b|\binitial\b|\boriginal\b|\bfrom the (?:start|beginning)\b",
    re.IGNORECASE,
)


def _totals(query: Query, ranked: Sequence[tuple[float, Series]]) -> Iterator[Program]:
    """Sum and average of one series over the years asked for, over all of them, or over its parts of a year."""
    for fit, series in ranked:
        for bonus, figures in _windows(query, series):
            if not 1 <= len(figures) <= _MOST_SUMMED:
                continue
            yield _total(figures, fit + bonus, query.operation)


def _total(figures: Sequence[Figure], score: float, operation: Operation) -> Program:
    parts = [operand(figure, 0.0).computed for figure in figures]
    value = sum(part.value for part in parts) / (len(parts) if operation == "average" else 1)
    scale = next((part.scale for part in parts if part.scale is not None), None)
    used = tuple(name for part in parts for name in part.used)
    return Program(Computed(value, parts[0].kind, scale, used), score, operation)


def _windows(query: Query, series: Series) -> Iterator[tuple[float, list[Figure]]]:
    years = sorted(query.years)
    dated = sorted({year for figure in series.figures for year in figure.years})
    chosen = years
    if len(years) == 2 and query.is_span and years[1] - years[0] > 1:
        chosen = [year for year in dated if years[0] <= year <= years[1]]
    if len(years) >= 2:
        picked = [
            figure for year in chosen for bonus, figure in in_period(series, year, query.parts) if bonus > _UNDATED
        ]
        unique = list(dict.fromkeys(picked))
        if len(unique) >= len(years):
            yield _IN_PERIOD, unique
        return
    if len(years) == 1:
        within = [figure for bonus, figure in in_period(series, years[0], query.parts) if bonus > _UNDATED]
        if len(within) > 1:
            yield _IN_PERIOD - 0.02, within
        if query.operation == "average":
            before = [year for year in dated if year == years[0] - 1]
            both = [
                figure
                for year in (years[0], *before)
                for b, figure in in_period(series, year, query.parts)
                if b > _UNDATED
            ]
            if len(both) == 2:
                yield _IN_PERIOD - 0.05, both
        return
    if len(series.figures) > 1:
        yield 0.2, list(series.figures)
    if len(series.figures) > 2:
        yield 0.0, list(series.figures[:2])


def _pairs(query: Query, words: Mapping[str, float], known: Catalogue, operation: Operation) -> Iterator[Program]:
    """Two series in one period: their difference, sum or ratio, in the order the words tell."""
    in_time = 0.12 if len(query.years) >= 2 else 0.0
    for discount, first, second in splitting.halves(query.text, operation):
        left, right = stressed(first.words), stressed(second.words)
        if not left or not right:
            continue
        lefts = _best(query, first.years or query.years, known.ranked(left, 3), known)
        rights = _best(query, second.years or query.years, known.ranked(right, 3), known)
        for one in lefts:
            for other in rights:
                if one.computed.used != other.computed.used:
                    yield from _combined(one, other, operation, discount + in_time)


def _best(
    query: Query, years: Sequence[int], ranked: Sequence[tuple[float, Series]], known: Catalogue
) -> list[Operand]:
    del known
    found = [
        operand(figure, fit + bonus - (0.0 if year is not None else 0.02 * series.figures.index(figure)))
        for fit, series in ranked
        for year in (years or (None,))
        for bonus, figure in in_period(series, year, query.parts)
    ]
    found.sort(key=lambda each: -each.score)
    return found[:4]


def _combined(one: Operand, other: Operand, operation: Operation, discount: float) -> Iterator[Program]:
    left, right = one.computed, other.computed
    score = (one.score + other.score) / 2 - discount
    if one.years and other.years and not one.years & other.years:
        score -= 0.2
    used = (*left.used, *right.used)
    scale = left.scale or right.scale
    match operation:
        case "difference":
            value = left.value - right.value
            yield Program(Computed(value, left.kind, scale, used), score, operation)
            yield Program(Computed(-value, left.kind, scale, used), score - (0.02 if value < 0 else 0.12), operation)
        case "sum":
            yield Program(Computed(left.value + right.value, left.kind, scale, used), score, operation)
        case "growth" if right.value:
            share = (left.value - right.value) / right.value
            yield Program(Computed(share, "share", 1.0, used), score, operation)
        case "ratio" | "share" if right.value:
            ratio = left.value / right.value
            if left.scale and right.scale:
                ratio *= left.scale / right.scale
            yield Program(Computed(ratio, "share", 1.0, used), score, operation)
        case _:
            return


def _lists(query: Query, words: Mapping[str, float], known: Catalogue) -> Iterator[Program]:
    """Several series in one period: `of A, B and C`."""
    parts = splitting.listed(query.text)
    if len(parts) < 2:
        return
    shared = {word: stress * 0.3 for word, stress in words.items()}
    chosen: list[Operand] = []
    for part in parts:
        own = {**shared, **stressed(part.words)}
        best = _best(query, part.years or query.years, known.ranked(own, 3), known)
        if not best:
            return
        chosen.append(best[0])
    used = tuple(name for each in chosen for name in each.computed.used)
    if len(set(used)) < len(parts):
        return
    value = sum(each.computed.value for each in chosen) / (len(chosen) if query.operation == "average" else 1)
    first = chosen[0].computed
    yield Program(
        Computed(value, first.kind, first.scale, used), sum(e.score for e in chosen) / len(chosen), query.operation
    )


def _ratios_in_time(query: Query, ranked: Sequence[tuple[float, Series]]) -> Iterator[Program]:
    if len(query.years) != 2:
        return
    for fit, series in ranked[:4]:
        for one, first in in_period(series, query.years[0], query.parts):
            for other, second in in_period(series, query.years[1], query.parts):
                if first is not second and second.value:
                    used = (first.told(), second.told())
                    yield Program(
                        Computed(first.value / second.value, "share", 1.0, used), fit + (one + other) / 2 - 0.1, "ratio"
                    )


_ABOVE = re.compile(r"\b(?:exceed\w*|above|more than|greater|over|higher|at least|larger)\b", re.IGNORECASE)
_BELOW = re.compile(r"\b(?:below|less than|under|lower|smaller|fewer)\b", re.IGNORECASE)


def _counts(query: Query, ranked: Sequence[tuple[float, Series]]) -> Iterator[Program]:
    """How many numbers of a series lie beyond a mark."""
    compared = _ABOVE.search(query.text) or _BELOW.search(query.text)
    mark = answer_in(query.text[compared.end() :]) if compared is not None else None
    if compared is None or mark is None:
        return
    is_above = _ABOVE.search(query.text) is not None
    for fit, series in ranked:
        figures = [
            figure for figure in series.figures if not query.years or not figure.years or figure.years & _within(query)
        ]
        limit = mark.value * (mark.scale or 1.0)
        level = [figure.absolute if mark.scale else figure.value for figure in figures]
        count = sum((value > limit) if is_above else (value < limit) for value in level)
        used = tuple(figure.told() for figure in figures)
        yield Program(Computed(float(count), "constant", 1.0, used), fit + 0.2, "count")


def _within(query: Query) -> frozenset[int]:
    if len(query.years) == 2 and query.is_span:
        return frozenset(range(min(query.years), max(query.years) + 1))
    return frozenset(query.years)
