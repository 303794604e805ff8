"""Claims in a conversation over a page of a report, after ConvFinQA: `convfinqa:FOLDER` or `convfinqa:CLAIMS_FILE`.

Its tables come as numbers by column and label. Cells that the report prints as `27% ( 27 % )` were read as -27 when the
set was made, so rows of rates (and tables) in which nothing is positive
are printed without their sign here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from evaluators.meta.datasets import Read, _questions
from evaluators.meta.examples import Example, Table, Turn

NAME = "convfinqa"
_RATE = re.compile(r"%|percent|\brates?\b|volatility|yield|margin|return on", re.IGNORECASE)
_TURN = re.compile(r"Q: (?P<question>.*) A: (?P<answer>.*)")
_SIGNS = {"2019s": "'s", "201c": '"', "201d": '"', "0160": " "}
_CODES = re.compile(r" ?\b2019s\b|\b201[cd](?=\b|[a-z])|\b0160\b", re.IGNORECASE)

Value = float | str | None


def examples(argument: str, *, carrying: bool = True) -> Iterator[Example]:
    records, contexts = _questions.read(NAME, argument)
    for record in records:
        context = _questions.context_of(record, contexts, argument)
        yield Example(
            id=record["id"],
            claim=_questions.answer_of(record),
            question=_cleaned(record["question"]),
            history=turns_of(record["history"]),
            tables=(Table(rows=rows_of(context["table"])),),
            paragraphs=tuple(_cleaned(context[part]) for part in ("pre_text", "post_text") if context.get(part)),
            formula=(record["derivation"] or None) if carrying else None,
            label=record["label"],
            kind=_questions.kind_of(record),
            context=record["context_id"],
            source=record.get("source", ""),
        )


def turns_of(history: str) -> tuple[Turn, ...]:
    """`Q: ... A: ...`, one a line."""
    return tuple(
        Turn(question=_cleaned(match["question"]), answer=match["answer"])
        for line in history.split("\n")
        if (match := _TURN.match(line)) is not None
    )


def _cleaned(text: str) -> str:
    """Signs that the set holds as their code points made signs again: `marathon 2019s` is Marathon's."""
    return _CODES.sub(lambda match: _SIGNS[match[0].lower().strip()], text)


def rows_of(table: Mapping[str, Mapping[str, Value]]) -> tuple[tuple[str, ...], ...]:
    """The table as printed rows, columns across."""
    numbers = [value for column in table.values() for value in column.values() if isinstance(value, (int, float))]
    is_rates = bool(numbers) and all(number <= 0 for number in numbers)
    labels = tuple(dict.fromkeys(label for column in table.values() for label in column))
    return (
        ("", *table),
        *(_row(label, [column.get(label) for column in table.values()], is_rates=is_rates) for label in labels),
    )


def _row(label: str, values: list[Value], *, is_rates: bool) -> tuple[str, ...]:
    numbers = [value for value in values if isinstance(value, (int, float))]
    is_fitting = is_rates or _RATE.search(label) is not None
    is_rate = bool(numbers) and all(number <= 0 for number in numbers) and is_fitting
    return (label, *(_cell(value, is_rate=is_rate) for value in values))


def _cell(value: Value, *, is_rate: bool) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return f"{-value:.10g}%" if is_rate else f"{value:.10g}"


_: Read = examples
