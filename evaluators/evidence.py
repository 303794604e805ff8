"""What a claim may be held against besides facts: tables, paragraphs and the turns of a conversation before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Verdict = Literal["supported", "refuted", "not_enough"]


@dataclass(frozen=True)
class Table:
    """Cells as printed, header rows included; rows may differ in length."""

    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    """Caption and footnotes: where units are often told (`in millions`)."""


@dataclass(frozen=True)
class Paragraph:
    text: str


class Turn(NamedTuple):
    """A question answered before; the answer counts as evidence for the questions after it."""

    question: str
    answer: str


@dataclass(frozen=True)
class Evidence:
    tables: tuple[Table, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()
    history: tuple[Turn, ...] = ()


class Address(NamedTuple):
    """A cell: table, row and column, each counted from 1. Written `T1R3C2`."""

    table: int
    row: int
    column: int

    def __str__(self) -> str:
        return f"T{self.table}R{self.row}C{self.column}"


class Finding(NamedTuple):
    """What became of one claim."""

    outcome: Verdict
    recomputed: float | None
    """What the evidence gives, in the claim's own unit; None where nothing could be computed."""
    evidence: tuple[str, ...]
    """What was used: cells with their labels, sentences, earlier answers."""
    confidence: float
    """From 0 to 1; how far the best reading is ahead of the others. Not a probability."""
    reason: str
