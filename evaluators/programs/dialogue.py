"""A question that leans on those before it: what `it` is, and which year is meant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from evaluators.evidence import Turn
from evaluators.programs.derived import Computed, Kind
from evaluators.programs.program import Operand
from evaluators.programs.queries import Query, read
from evaluators.programs.series import stressed
from evaluators.reading.answers import answer_in

_POINTS_BACK = re.compile(
    r"\b(?:it|its|they|them|their|that|this|those|these|both|two|latter|former|same|previous|prior|subsequent|following|then|so|and|"
    r"what about|how about)\b",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"\b(?:it|its|they|them|their|that|this|those|these|both|two|then|combined|quotient|product|sum|former|latter)\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"\b(?:previous|prior|preceding) (?:fiscal )?year\b|\byear (?:before|prior|earlier)\b", re.IGNORECASE
)
_AFTER = re.compile(r"\b(?:subsequent|following|next) (?:fiscal )?year\b|\byear (?:after|later)\b", re.IGNORECASE)
_INHERITED = 0.5
_MOST_TURNS = 12


@dataclass(frozen=True)
class Resolved:
    query: Query
    words: Mapping[str, float]
    """Own words, and weaker those of the turns it leans on."""
    leans: bool
    points: bool
    """Says `it`, `that`, `both`: answers before are meant."""
    earlier: tuple[Operand, ...]
    """Answers before, oldest first."""
    asked: tuple[Query, ...]
    """The questions they answer, years filled in."""
    spoken: tuple[Mapping[str, float], ...] = ()
    """The words of each, those it leaned on included."""


def resolve(question: str, history: Sequence[Turn]) -> Resolved:
    asked: list[Query] = []
    spoken: list[dict[str, float]] = []
    words: dict[str, float] = {}
    recent = history[-_MOST_TURNS:]
    for turn in recent:
        query = _with_years(read(turn.question), asked)
        words = _inherit(query, words)
        asked.append(query)
        spoken.append(words)
    query = _with_years(read(question), asked)
    leans = bool(history) and (_POINTS_BACK.search(question) is not None or len(query.topics) < 2)
    points = bool(history) and (_POINTS.search(question) is not None or len(query.topics) < 2)
    kept = [i for i, turn in enumerate(recent) if answer_in(turn.answer) is not None]
    return Resolved(
        query,
        _inherit(query, words) if leans else stressed(query.words),
        leans,
        points,
        tuple(_operand(recent[i], asked[i]) for i in kept),
        tuple(asked[i] for i in kept),
        tuple(spoken[i] for i in kept),
    )


def continued(turn: Resolved) -> Query | None:
    """`and in 2011?` asks again what was asked before, of another year; None where this asks something of its own."""
    if not turn.leans or turn.query.operation != "value" or len(turn.query.topics) > 1 or not turn.asked:
        return None
    before = turn.asked[-1]
    if before.operation == "value" or len(turn.query.years) != 1 or len(before.years) != 1:
        return None
    text = before.text.replace(str(before.years[0]), str(turn.query.years[0]))
    return replace(before, text=text, years=turn.query.years)


def _inherit(query: Query, before: Mapping[str, float]) -> dict[str, float]:
    own = stressed(query.words)
    is_complete = len(query.topics) >= 4
    share = 0.2 if is_complete else _INHERITED if query.topics else 0.9
    return {**{word: stress * share for word, stress in before.items() if stress * share > 0.05}, **own}


def _with_years(query: Query, asked: Sequence[Query]) -> Query:
    if query.years and not (_BEFORE.search(query.text) or _AFTER.search(query.text)):
        return query
    last = next((each.years for each in reversed(asked) if each.years), ())
    if query.years:
        return query
    if last and _BEFORE.search(query.text):
        return replace(query, years=(last[-1] - 1,))
    if last and _AFTER.search(query.text):
        return replace(query, years=(last[-1] + 1,))
    recent = tuple(dict.fromkeys(year for each in asked[-2:] for year in each.years))
    if query.operation in ("difference", "growth", "sum", "average") and len(recent) >= 2:
        return replace(query, years=recent[-2:])
    return replace(query, years=last)


def _operand(turn: Turn, query: Query) -> Operand:
    answer = answer_in(turn.answer)
    assert answer is not None
    kind: Kind = "percent" if answer.is_percent else "level"
    told = f"answered before: {turn.question.strip()} {turn.answer.strip()}"
    return Operand(Computed(answer.value, kind, answer.scale or 1.0, (told,)), 1.0, frozenset(query.years))
