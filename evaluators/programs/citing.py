"""Whether the cells of a formula are those the words speak of: right arithmetic over another row proves nothing."""

from __future__ import annotations

from evaluators.evidence import Evidence, Finding
from evaluators.programs.formulas import CellAt, Node, parts_of
from evaluators.programs.series import catalogue, stressed
from evaluators.programs.wording import words_of
from evaluators.reading.years import years_in

_LEAST = 0.7
"""How well the cited rows have to fit the words, as a share of how well the best row does."""


def objection(said: str, tree: Node, evidence: Evidence) -> Finding | None:
    """Refuted where the cells are of other years than the words, open where other rows fit the words far better."""
    cited = {part.address for part in parts_of(tree) if isinstance(part, CellAt)}
    if not cited or not said:
        return None
    known = catalogue(evidence)
    series = [each for each in known.series if any(figure.address in cited for figure in each.figures)]
    figures = [figure for each in series for figure in each.figures if figure.address in cited]
    used = tuple(figure.told() for figure in figures)
    told = {year.year for year in years_in(said)}
    dated = {year for figure in figures for year in figure.years}
    if told and dated and not told & dated:
        years = [", ".join(map(str, sorted(each))) for each in (told, dated)]
        return Finding("refuted", None, used, 1.0, f"speaks of {years[0]} and cites cells of {years[1]}")
    words = stressed(word for word in words_of(said) if not word[0].isdigit())
    best = known.ranked(words, 1)
    if best and all(known.fit(words, each) < _LEAST * best[0][0] for each in series):
        return Finding("not_enough", None, used, 0.0, f"speaks of {best[0][1].label!r} and cites other cells")
    return None
