"""A question that leans on those before it: what `it` is, which year comes next, and sums over earlier answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from evaluators.evidence import Turn
from evaluators.programs.candidates import Operand, Program
from evaluators.programs.derived import Computed
from evaluators.programs.queries import Operation, Query, read
from evaluators.programs.series import stressed
from evaluators.reading.answers import Answer, answer_in

_POINTS_BACK = re.compile(
    r"\b(?:it|its|they|them|their|that|this|those|these|both|two|latter|former|same|previous|prior|subsequent|following|then|so|and|"
    r"what about|how about)\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"\b(?:previous|prior|preceding) (?:fiscal )?year\b|\byear (?:before|prior|earlier)\b", re.IGNORECASE
)
_AFTER = re.compile(r"\b(?:subsequent|following|next) (?:fiscal )?year\b|\byear (?:after|later)\b", re.IGNORECASE)
_INHERITED = 0.5
_MOST_TURNS = 5


@dataclass(frozen=True)
class Resolved:
    query: Query
    words: Mapping[str, float]
    """Own words, and weaker those of the turns it leans on."""
    leans: bool
    earlier: tuple[Operand, ...]
    """Answers before, oldest first."""
    asked: tuple[Query, ...]
    """The questions they answer, years filled in."""


def resolve(question: str, history: Sequence[Turn]) -> Resolved:
    asked: list[Query] = []
    words: dict[str, float] = {}
    for turn in history[-12:]:
        query, words = _with_years(read(turn.question), asked), _inherit(read(turn.question), words)
        asked.append(query)
    query = _with_years(read(question), asked)
    leans = bool(history) and (_POINTS_BACK.search(question) is not None or len(query.topics) < 2)
    resolved = _inherit(query, words) if leans else stressed(query.words)
    kept = [(turn, each) for turn, each in zip(history[-12:], asked, strict=True) if answer_in(turn.answer) is not None]
    earlier = tuple(_operand(turn, each) for turn, each in kept)
    return Resolved(query, resolved, leans, earlier, tuple(each for _, each in kept))


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
    kind = "percent" if answer.is_percent else "level"
    told = f"answered before: {turn.question.strip()} {turn.answer.strip()}"
    return Operand(Computed(answer.value, kind, answer.scale or 1.0, (told,)), 1.0, frozenset(query.years))


_CONSTANT = re.compile(
    r"\b(?P<op>divided by|over|by|times|multiplied by|less|minus|plus|added to)\s+(?:an? (?:initial|assumed|original)\s+)*\$?\s*"
    r"(?P<number>\d[\d,]*(?:\.\d+)?)\b(?!\s*(?:value|amount|price|total|year|figure|one|balance))",
    re.IGNORECASE,
)


def over_history(turn: Resolved, answer: Answer, tables: Sequence[Program]) -> Iterator[Program]:
    """Programs over earlier answers, and over one of them with a number of the evidence."""
    del answer
    if not turn.earlier:
        return
    base = 1.25 if turn.leans else 0.75
    recent = list(turn.earlier[-_MOST_TURNS:])
    if (constant := _CONSTANT.search(turn.query.text)) is not None:
        yield from _with_constant(recent[-1], constant, base + 0.1)
    operation = turn.query.operation
    yield from _between(recent, operation, base, turn)
    looked_up = sorted((each for each in tables if each.operation == "value"), key=lambda each: -each.score)[:3]
    for found in looked_up:
        other = Operand(found.computed, found.score)
        for pair in _ordered(recent[-1], other, operation, 0.0):
            yield from _applied(*pair[:2], operation, base - 0.25 + 0.2 * min(1.0, found.score) - pair[2])


def _with_constant(last: Operand, constant: re.Match[str], score: float) -> Iterator[Program]:
    number = float(constant["number"].replace(",", ""))
    value, kind = last.computed.value, last.computed.kind
    match constant["op"].lower():
        case "divided by" | "over" | "by":
            if number:
                yield Program(
                    Computed(value / number, "share" if number == 100 else kind, 1.0, last.computed.used),
                    score,
                    "ratio",
                )
        case "times" | "multiplied by":
            yield Program(Computed(value * number, kind, 1.0, last.computed.used), score, "value")
        case "less" | "minus":
            yield Program(Computed(value - number, kind, 1.0, last.computed.used), score, "difference")
        case _:
            yield Program(Computed(value + number, kind, 1.0, last.computed.used), score, "sum")


def _between(recent: Sequence[Operand], operation: Operation, base: float, turn: Resolved) -> Iterator[Program]:
    size = len(recent)
    for i in range(size):
        for j in range(i + 1, size):
            age = 0.08 * (size - 1 - j) + 0.08 * (j - i - 1)
            for first, second, discount in _ordered(recent[i], recent[j], operation, age):
                yield from _applied(first, second, operation, base - discount)
    if operation == "average":
        last = recent[-1].computed
        for count in (2, 3, 4, 5):
            score = base - 0.05 - 0.05 * abs(count - 2)
            yield Program(Computed(last.value / count, last.kind, 1.0, last.used), score, "average")
        for count in (3, 4, 5):
            if size >= count:
                values = [each.computed.value for each in recent[-count:]]
                yield Program(Computed(sum(values) / count, last.kind, 1.0, last.used), base - 0.1, "average")
    if operation in ("growth", "share", "ratio", "value"):
        last = recent[-1].computed
        if last.kind != "percent" and re.search(r"\bpercent|%", turn.query.text):
            yield Program(Computed(last.value, "share", 1.0, last.used), base - 0.2, "share")


def _ordered(
    one: Operand, other: Operand, operation: Operation, age: float
) -> Iterator[tuple[Operand, Operand, float]]:
    """Both orders with what speaks against each: the later year comes first in a change."""
    if operation in ("difference", "growth") and one.years and other.years and one.years != other.years:
        if max(one.years) < max(other.years):
            one, other = other, one
        yield one, other, age
        yield other, one, age + 0.25
    else:
        yield one, other, age
        yield other, one, age + (0.1 if operation != "sum" else 0.5)


def _applied(first: Operand, second: Operand, operation: Operation, score: float) -> Iterator[Program]:
    left, right = first.computed, second.computed
    used = (*left.used, *right.used)
    match operation:
        case "difference":
            yield Program(Computed(left.value - right.value, left.kind, 1.0, used), score, operation)
        case "sum":
            yield Program(Computed(left.value + right.value, left.kind, 1.0, used), score, operation)
        case "average":
            yield Program(Computed((left.value + right.value) / 2, left.kind, 1.0, used), score, operation)
        case "ratio" | "share" if right.value:
            yield Program(Computed(left.value / right.value, "share", 1.0, used), score, operation)
            yield Program(Computed((left.value - right.value) / right.value, "share", 1.0, used), score - 0.1, "growth")
        case "growth" if right.value:
            yield Program(Computed((left.value - right.value) / right.value, "share", 1.0, used), score, operation)
            yield Program(Computed(left.value / right.value, "share", 1.0, used), score - 0.05, "share")
        case _:
            return
