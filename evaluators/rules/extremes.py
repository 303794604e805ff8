"""Overbought and oversold: the cited oscillator is beyond its usual mark."""

from __future__ import annotations

from collections.abc import Iterator

from evaluators.rules._statement import Statement, told
from fks_agents.contracts import Check

RULE = "extremes"
MARKS: dict[str, tuple[float, float]] = {
    "rsi": (30.0, 70.0),
    "stochastic": (20.0, 80.0),
    "stoch": (20.0, 80.0),
    "mfi": (20.0, 80.0),
    "williams": (-80.0, -20.0),
    "willr": (-80.0, -20.0),
    "cci": (-100.0, 100.0),
    "cmo": (-50.0, 50.0),
    "ultimate": (30.0, 70.0),
}
"""Oversold below the first, overbought above the second."""


def check(statement: Statement) -> Iterator[Check]:
    marked = tuple(
        t for t in statement.terms if t.unit == "points" and "change" not in t.stems and t.stems & MARKS.keys()
    )
    for word in statement.reading.words:
        if word.kind not in ("overbought", "oversold"):
            continue
        stated = f"{'not ' if word.is_negated else ''}{word.kind}"
        if not marked:
            yield statement.check(
                RULE, "unscored", f"says {stated} and cites no oscillator that would show it", stated=stated
            )
            continue
        start, end = statement.reading.clause(word.start)
        spoken = statement.spoken_of(start, end, marked) or marked
        term = spoken[0]
        low, high = next(MARKS[stem] for stem in sorted(term.stems) if stem in MARKS)
        truths = {(t.value > high if word.kind == "overbought" else t.value < low) for t in spoken}
        if len(truths) != 1:
            yield statement.check(
                RULE, "unscored", f"cannot tell which of {', '.join(map(str, spoken))} is {stated}", stated=stated
            )
            continue
        holds = truths == {not word.is_negated}
        mark = f"above {high:g}" if word.kind == "overbought" else f"below {low:g}"
        yield statement.check(
            RULE,
            "pass" if holds else "fail",
            f"says {stated}, which is {mark}; {told(term)}",
            stated=stated,
            computed=f"{term.value:.6g}",
            ids=(term.id,),
        )
