"""Claims over financial tables and paragraphs after TAT-QA: `tatqa:FOLDER` or `tatqa:CLAIMS_FILE`."""

from __future__ import annotations

from collections.abc import Iterator

from evaluators.meta.datasets import Read, _questions
from evaluators.meta.examples import Example, Table

NAME = "tatqa"


def examples(argument: str, *, carrying: bool = True) -> Iterator[Example]:
    """With `carrying`, claims that have a derivation bring it as their formula."""
    records, contexts = _questions.read(NAME, argument)
    for record in records:
        context = _questions.context_of(record, contexts, argument)
        yield Example(
            id=record["id"],
            claim=_questions.answer_of(record),
            question=record["question"],
            tables=(Table(rows=tuple(tuple(row) for row in context["table"])),),
            paragraphs=tuple(context["paragraphs"]),
            formula=(record["derivation"] or None) if carrying else None,
            label=record["label"],
            kind=_questions.kind_of(record),
            context=record["context_id"],
            source=record.get("source", ""),
        )


_: Read = examples
