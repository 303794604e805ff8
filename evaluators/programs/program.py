"""A program that may answer a question, and the numbers it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaluators.programs.derived import Computed, Kind
from evaluators.programs.grid import Figure
from evaluators.programs.queries import Operation
from evaluators.programs.series import Series

IN_PERIOD, UNDATED = 0.25, 0.05
"""What a number gains for standing in the year asked for, and for having no year at all."""
_PART = 0.1
_LATER_COLUMN = 0.02


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


def in_period(series: Series, year: int | None, parts: frozenset[str]) -> list[tuple[float, Figure]]:
    """Numbers of the series in that period, and what that adds to the score."""
    found: list[tuple[float, Figure]] = []
    for figure in series.figures:
        if year is None:
            found.append((0.0, figure))
        elif year in figure.years:
            found.append((IN_PERIOD, figure))
        elif not figure.years:
            found.append((UNDATED, figure))
    if parts and any(parts & figure.parts for _, figure in found):
        return [(score + _PART * len(parts & figure.parts), figure) for score, figure in found if parts & figure.parts]
    return found


def dated_in(series: Series, year: int, parts: frozenset[str]) -> list[Figure]:
    """The same without numbers that have no year."""
    return [figure for bonus, figure in in_period(series, year, parts) if bonus > UNDATED]


def looked_up(ranked: Sequence[tuple[float, Series]], years: Sequence[int], parts: frozenset[str]) -> list[Operand]:
    """Every number of the ranked series in those years, or in any where none is named: the first column rather."""
    return [
        operand(figure, fit + bonus - (0.0 if years else _LATER_COLUMN * series.figures.index(figure)))
        for fit, series in ranked
        for year in (years or (None,))
        for bonus, figure in in_period(series, year, parts)
    ]
