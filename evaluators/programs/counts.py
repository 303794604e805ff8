"""How many numbers of a series lie beyond a mark: `in how many years did sales exceed $5 million`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from evaluators.programs.derived import Computed
from evaluators.programs.program import Program
from evaluators.programs.queries import Query
from evaluators.programs.series import Series
from evaluators.reading.answers import answer_in

_ABOVE = re.compile(r"\b(?:exceed\w*|above|more than|greater|over|higher|at least|larger)\b", re.IGNORECASE)
_BELOW = re.compile(r"\b(?:below|less than|under|lower|smaller|fewer)\b", re.IGNORECASE)
_ASKED = 0.2


def counts(query: Query, ranked: Sequence[tuple[float, Series]]) -> Iterator[Program]:
    compared = _ABOVE.search(query.text) or _BELOW.search(query.text)
    mark = answer_in(query.text[compared.end() :]) if compared is not None else None
    if mark is None:
        return
    is_above = _ABOVE.search(query.text) is not None
    limit = mark.value * (mark.scale or 1.0)
    years = _years(query)
    for fit, series in ranked:
        figures = [figure for figure in series.figures if not years or not figure.years or figure.years & years]
        values = [figure.absolute if mark.scale else figure.value for figure in figures]
        count = sum((value > limit) if is_above else (value < limit) for value in values)
        used = tuple(figure.told() for figure in figures)
        yield Program(Computed(float(count), "constant", 1.0, used), fit + _ASKED, "count")


def _years(query: Query) -> frozenset[int]:
    if len(query.years) == 2 and query.is_span:
        return frozenset(range(min(query.years), max(query.years) + 1))
    return frozenset(query.years)
