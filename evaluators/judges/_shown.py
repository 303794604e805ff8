"""What a judge is shown, and in which order: labels instead of ids, one planted fault, every item on one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, TypeVar

import prompts
from evaluators.judges import Item, Statement, Submission

LONGEST_ITEM = 400
"""Characters of one statement or piece of evidence."""


class Planted(NamedTuple):
    """A statement that is faulty beyond doubt, and the evidence that says so; who passes it is not believed."""

    statement: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One order of the same statements and evidence."""

    statements: str
    evidence: str
    statement_ids: dict[str, str]
    """Label to id; the planted one's id is empty."""
    evidence_ids: dict[str, str]
    planted: str
    """Label of the planted statement."""


def pages(submission: Submission, planted: Planted) -> tuple[Page, Page]:
    """The submission in one order, and in the reverse of it."""
    mark = int(sha256(repr(submission).encode()).hexdigest(), 16)
    statements, evidence = _among(submission, planted, mark)
    return _page(statements, evidence), _page(statements[::-1], evidence[::-1])


def unordered(submission: Submission, planted: Planted) -> Page:
    """A page as long as both of `pages`; where the planted fault stands in it means nothing."""
    return _page(*_among(submission, planted, 0))


def _among(submission: Submission, planted: Planted, mark: int) -> tuple[tuple[Statement, ...], tuple[Item, ...]]:
    statements = _with(submission.statements, Statement("", planted.statement), mark)
    if not planted.evidence:
        return statements, submission.evidence
    return statements, _with(submission.evidence, Item("", planted.evidence), mark >> 64)


def _page(statements: Sequence[Statement], evidence: Sequence[Item]) -> Page:
    labels = {f"E{n}": item.id for n, item in enumerate(evidence, 1)}
    label_of = {item_id: label for label, item_id in labels.items()}
    said = []
    for n, statement in enumerate(statements, 1):
        cited = ", ".join(label_of[one] for one in statement.cites if one in label_of)
        said.append(f"S{n}: {_line(statement.text)}" + (f" [{cited}]" if cited else ""))
    shown = [f"E{n}: {_line(item.text)}" for n, item in enumerate(evidence, 1)]
    statement_ids = {f"S{n}": statement.id for n, statement in enumerate(statements, 1)}
    return Page(
        statements=prompts.fence("statement", "\n".join(said)),
        evidence=prompts.fence("evidence", "\n".join(shown)) if shown else "none",
        statement_ids=statement_ids,
        evidence_ids=labels,
        planted=next(label for label, name in statement_ids.items() if not name),
    )


def _line(text: str) -> str:
    """Nobody begins a line of their own, and so another statement, inside one."""
    short = " ".join(text.split())
    return short if len(short) <= LONGEST_ITEM else f"{short[: LONGEST_ITEM - 1]}…"


T = TypeVar("T")


def _with(items: Sequence[T], planted: T, mark: int) -> tuple[T, ...]:
    """The items with the planted one among them, at a place that only the whole submission decides."""
    place = mark % (len(items) + 1)
    return (*items[:place], planted, *items[place:])
