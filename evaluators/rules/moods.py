"""Bullish or bearish turns, who is in control, strong and weak: a cited fact says so by its sign or its centre."""

from __future__ import annotations

from collections.abc import Iterator

from evaluators.reading import Mood
from evaluators.rules._leans import label_of, lean_of
from evaluators.rules._statement import Statement, told
from fks_agents.contracts import Check

RULE = "moods"


def check(statement: Statement) -> Iterator[Check]:
    for mood in statement.reading.moods:
        if not statement.is_in_a_name(mood.start, mood.end) and not statement.runs_into_a_name(mood.end):
            yield from _reading(statement, mood) if mood.of == "reading" else (_mood(statement, mood),)


def _reading(statement: Statement, mood: Mood) -> Iterator[Check]:
    """`RSI is firm at 61.3`: above its centre; of a fact that has none, the word is an opinion and not judged."""
    text = statement.reading.text
    start, end = statement.reading.clause(mood.start)
    spoken = statement.spoken_of(start, mood.start, statement.terms) or statement.spoken_of(
        mood.end, end, statement.terms
    )
    if len(spoken) != 1:
        return
    lean = lean_of(spoken[0], "trend") if "adx" in spoken[0].stems else lean_of(spoken[0], "price")
    if lean is None:
        return
    holds = (lean != mood.sign) if mood.is_negated else (lean == mood.sign)
    yield statement.check(
        RULE,
        "pass" if holds else "fail",
        f"says {text[mood.start : mood.end].strip()}; {told(spoken[0])}",
        stated=text[mood.start : mood.end].strip(),
        computed=f"{spoken[0].value:.6g}",
        ids=tuple(term.id for term in spoken if term.id.startswith("F")),
    )


def _mood(statement: Statement, mood: Mood) -> Check:
    stated = statement.reading.text[mood.start : mood.end]
    start, end = statement.reading.clause(mood.start)
    deciding = tuple(term for term in statement.terms if lean_of(term, mood.of) is not None)
    spoken = statement.spoken_of(start, end, deciding) or deciding
    words = () if spoken or mood.of != "price" else tuple(f for f in statement.labels if label_of(f) is not None)
    leans = {*(lean_of(term, mood.of) for term in spoken), *(label_of(fact) for fact in words)}
    if len(leans) != 1:
        why = f"{', '.join(map(str, spoken))} do not agree on it" if leans else "cites no fact that would show it"
        return statement.check(RULE, "unscored", f"says {stated}; {why}", stated=stated)
    (lean,) = leans
    holds = (lean != mood.sign) if mood.is_negated else (lean == mood.sign)
    seen = told(spoken[0]) if spoken else f"{words[0].id} ({words[0].name}) is {words[0].value}"
    return statement.check(
        RULE,
        "pass" if holds else "fail",
        f"says {stated}; {seen}",
        stated=stated,
        computed=f"{spoken[0].value:.6g}" if spoken else str(words[0].value),
        ids=tuple(t.id for t in spoken if t.id.startswith("F")) or tuple(fact.id for fact in words),
    )
