"""Programs over answers given before: what changed between them, what they add up to, one as a share of another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from evaluators.programs.derived import Computed, Kind
from evaluators.programs.dialogue import Resolved
from evaluators.programs.program import Operand, Program
from evaluators.programs.queries import Operation

_MOST_TURNS = 5
_AGE = 0.08
_AGAINST_TIME, _AGAINST_ORDER = 0.4, 0.3
_CONSTANT = re.compile(
    r"\b(?P<op>divided by|over|by|times|multiplied by|less|minus|plus|added to)\s+"
    r"(?:an? |the )?(?:(?:initial|assumed|original|starting)\s+)*(?:investment of )?\$?\s*"
    r"(?P<number>\d[\d,]*(?:\.\d+)?)\b(?!\s*(?:value|amount|price|total|year|figure|one|balance|rate))",
    re.IGNORECASE,
)
_CONVERTED = re.compile(
    r"\bin (?:thousands?|millions?|billions?)\b|"
    r"\b(?:decimal|percentage|percent|positive|negative|single digits?|absolute)\b",
    re.IGNORECASE,
)
_INCLUDING = re.compile(r"\binclud(?:ing|e)\b|\badding\b|\bwith\b", re.IGNORECASE)
_FACTORS = (1e-3, 1e3, 1e-6, 1e6, -1.0)


def over_history(turn: Resolved, tables: Sequence[Program], *, has_index: bool) -> Iterator[Program]:
    """Programs over earlier answers, and over one of them with a number of the evidence.

    `has_index`: some number of the tables is 100, as where an index begins.
    """
    if not turn.earlier:
        return
    base = 1.25 if turn.points else 0.95 if turn.leans else 0.75
    yield from _said_again(turn)
    recent = list(turn.earlier[-_MOST_TURNS:])
    operation = turn.query.operation
    text = turn.query.text
    if (constant := _CONSTANT.search(text)) is not None:
        yield from _with_constant(recent[-1], constant, base + 0.1)
    if operation == "value" and _CONVERTED.search(text) is not None:
        yield from _converted(recent[-1], base - (0.0 if len(turn.query.topics) < 2 else 0.3))
    yield from _between(recent, operation, base)
    if operation == "average":
        yield from _averages(turn, recent, base)
    if has_index and operation in ("growth", "share", "difference"):
        yield from _since_hundred(recent[-1], operation, base - 0.1)
    yield from _with_tables(recent, tables, turn, base)


def _said_again(turn: Resolved) -> Iterator[Program]:
    """An earlier answer itself, where the same is asked once more."""
    if turn.query.operation not in ("value", "sum") or not turn.query.years:
        return
    own = turn.words
    for operand, query, words in zip(turn.earlier, turn.asked, turn.spoken, strict=True):
        if query.operation not in ("value", "sum") or query.years != turn.query.years:
            continue
        shared = sum(min(stress, own.get(word, 0.0)) for word, stress in words.items())
        union = sum(max(words.get(word, 0.0), own.get(word, 0.0)) for word in {*words, *own})
        if union and shared / union > 0.3:
            yield Program(operand.computed, 0.65 + 0.6 * shared / union, "value")


def _with_tables(
    recent: Sequence[Operand], tables: Sequence[Program], turn: Resolved, base: float
) -> Iterator[Program]:
    operation = turn.query.operation
    is_added = _INCLUDING.search(turn.query.text) is not None
    looked_up = sorted((each for each in tables if each.operation == "value"), key=lambda each: -each.score)[:3]
    for found in looked_up:
        other = Operand(found.computed, found.score, frozenset(turn.query.years))
        score = (
            base - 0.25 + 0.2 * min(1.2, found.score) + (0.15 if is_added and operation in ("sum", "value") else 0.0)
        )
        asked: Operation = "sum" if is_added and operation == "value" else operation
        for first, second, discount in _ordered(recent[-1], other, asked, 0.0):
            yield from _applied(first, second, asked, score - discount)


def scaled(turn: Resolved, tables: Sequence[Program]) -> Iterator[Program]:
    """A number of the evidence with a constant that the question names: `1000 times`, `less 100`, `by 1000`."""
    if (constant := _CONSTANT.search(turn.query.text)) is None:
        return
    looked_up = sorted((each for each in tables if each.operation == "value"), key=lambda each: -each.score)[:2]
    for found in looked_up:
        yield from _with_constant(Operand(found.computed, found.score), constant, found.score + 0.05)


def _with_constant(last: Operand, constant: re.Match[str], score: float) -> Iterator[Program]:
    number = float(constant["number"].replace(",", ""))
    value, kind, used = last.computed.value, last.computed.kind, last.computed.used

    def result(value: float, operation: Operation, discount: float = 0.0) -> Iterator[Program]:
        yield Program(Computed(value, kind, 1.0, used), score - discount, operation)
        if kind == "level":
            yield Program(Computed(value, "share", 1.0, used), score - discount, operation)

    match constant["op"].lower():
        case "divided by" | "over" | "by":
            if number:
                yield from result(value / number, "ratio")
            if constant["op"].lower() == "by":
                # `by 100` may mean either.
                yield Program(Computed(value * number, kind, 1.0, used), score - 0.02, "ratio")
        case "times" | "multiplied by":
            yield Program(Computed(value * number, kind, 1.0, used), score, "value")
        case "less" | "minus":
            yield from result(value - number, "difference")
        case _:
            yield from result(value + number, "sum")


def _converted(last: Operand, score: float) -> Iterator[Program]:
    for factor in _FACTORS:
        yield Program(replace(last.computed, value=last.computed.value * factor), score, "value")
    yield Program(Computed(last.computed.value, "share", 1.0, last.computed.used), score, "share")


def _between(recent: Sequence[Operand], operation: Operation, base: float) -> Iterator[Program]:
    size = len(recent)
    for i in range(size):
        for j in range(i + 1, size):
            age = _AGE * (size - 1 - j) + _AGE * (j - i - 1)
            for first, second, discount in _ordered(recent[i], recent[j], operation, age):
                yield from _applied(first, second, operation, base - discount)


def _averages(turn: Resolved, recent: Sequence[Operand], base: float) -> Iterator[Program]:
    """The last sum by how many it added; or the last answers."""
    last = recent[-1].computed
    sums = 0
    for query in reversed(turn.asked):
        if query.operation != "sum" and _INCLUDING.search(query.text) is None:
            break
        sums += 1
    likely = sums + 1
    for count in (2, 3, 4, 5):
        score = base + (0.1 if sums else -0.1) - 0.06 * abs(count - likely)
        yield Program(Computed(last.value / count, last.kind, 1.0, last.used), score, "average")
    for count in (3, 4, 5):
        if len(recent) >= count:
            values = [each.computed.value for each in recent[-count:]]
            yield Program(Computed(sum(values) / count, last.kind, 1.0, last.used), base - 0.1, "average")


def _since_hundred(last: Operand, operation: Operation, score: float) -> Iterator[Program]:
    """Of an index that began at 100: how far it is from there, and the change as a share of it."""
    value, used = last.computed.value, last.computed.used
    if operation == "difference":
        yield Program(Computed(value - 100.0, "level", 1.0, used), score - 0.15, operation)
        return
    yield Program(Computed(value / 100.0, "share", 1.0, used), score, operation)
    yield Program(Computed((value - 100.0) / 100.0, "share", 1.0, used), score, operation)


def _ordered(
    one: Operand, other: Operand, operation: Operation, age: float
) -> Iterator[tuple[Operand, Operand, float]]:
    """Both orders with what speaks against each: the later year comes first in a change."""
    is_change = operation in ("difference", "growth")
    if is_change and one.years and other.years and one.years != other.years:
        if max(one.years) < max(other.years):
            one, other = other, one
        yield one, other, age
        yield other, one, age + _AGAINST_TIME
    else:
        yield one, other, age
        yield other, one, age + (0.5 if operation == "sum" else _AGAINST_ORDER if is_change else 0.1)


def _applied(first: Operand, second: Operand, operation: Operation, score: float) -> Iterator[Program]:
    left, right = first.computed, second.computed
    used = (*left.used, *right.used)
    if left.kind != right.kind:
        # Shares and amounts do not mix.
        score -= 0.3
    share: Kind = "share"
    match operation:
        case "difference":
            yield Program(Computed(left.value - right.value, left.kind, 1.0, used), score, operation)
        case "sum":
            yield Program(Computed(left.value + right.value, left.kind, 1.0, used), score, operation)
        case "average":
            yield Program(Computed((left.value + right.value) / 2, left.kind, 1.0, used), score, operation)
        case "ratio" | "share" if right.value:
            yield Program(Computed(left.value / right.value, share, 1.0, used), score, operation)
            yield Program(Computed((left.value - right.value) / right.value, share, 1.0, used), score - 0.1, "growth")
        case "growth" if right.value:
            if left.kind == right.kind == "percent":
                yield Program(Computed(left.value - right.value, "percent", 1.0, used), score - 0.05, "difference")
            yield Program(Computed((left.value - right.value) / right.value, share, 1.0, used), score, operation)
            yield Program(Computed(left.value / right.value, share, 1.0, used), score - 0.05, "share")
        case _:
            return
