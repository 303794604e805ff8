"""One labelled claim with everything a judge may look at; a data set is one such JSON object a line."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, ValidationError, model_validator

from fks_agents._unfit import in_a_line
from fks_agents.contracts import Contract, Fact, NonNegative, Unit
from fks_agents.errors import DataError

Label = Literal["supported", "refuted", "not_enough"]
"""What the evidence says of the claim; `not_enough`: it neither bears it out nor contradicts it."""

CellAddress = Annotated[str, Field(pattern=r"^T[1-9][0-9]*R[1-9][0-9]*C[1-9][0-9]*$")]
"""`T1R3C2`: table, row and column, each counted from 1."""


class Table(Contract):
    """Cells as printed, header rows included; rows may differ in length."""

    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    """Caption and footnotes: where units are often told (`in millions`)."""

    def has(self, row: int, column: int) -> bool:
        """Counted from 1."""
        return row <= len(self.rows) and column <= len(self.rows[row - 1])


class Turn(Contract):
    """A question answered before."""

    question: str
    answer: str


class Quotable(Contract):
    """A number that needs no citation."""

    id: str
    words: str
    """What it is called: `entry`, `reward risk multiple r`."""
    value: float
    unit: Unit


class Saying(Contract):
    """One of several things said together."""

    id: str
    text: str
    fact_ids: tuple[str, ...] = ()


class Case(Contract):
    """A claim and what it is about: what a judge is shown."""

    id: Annotated[str, Field(min_length=1)]
    claim: Annotated[str, Field(min_length=1)]
    """The statement to judge, as a reader sees it; where it answers a question, the answer alone or both."""
    statements: tuple[Saying, ...] = ()
    """Everything that is to be judged, where it is more than the claim: a whole decision."""
    question: str = ""
    """Which question the claim answers; empty where it stands alone."""
    history: tuple[Turn, ...] = ()
    """Questions and answers that the question leans on, oldest first; they count as evidence."""
    facts: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()
    paragraphs: tuple[str, ...] = ()
    is_quotation: bool = False
    """Whether the claim says only that its words between “ and ” stand in one of the paragraphs."""
    value: float | None = None
    """The number the claim states, where its author says so beside the words."""
    unit: Unit | None = None
    fact_ids: tuple[str, ...] = ()
    """As the author cited them."""
    cells: tuple[CellAddress, ...] = ()
    """Cells the author cites."""
    formula: str | None = None
    """Arithmetic over fact ids or cell addresses that gives `value`: `F12 - 2 * F17`, `T1R3C2 / T1R3C3 - 1`."""
    given: tuple[Quotable, ...] = ()
    """Numbers the claim may state without citing: those of the plan it belongs to."""
    tick: NonNegative = 0.0
    """Price step to which the number was rounded, where it is a level of a plan."""

    @model_validator(mode="after")
    def _cited_cells_exist(self) -> Self:
        for address in self.cells:
            table, row, column = (int(part) for part in re.findall(r"\d+", address))
            if table > len(self.tables) or not self.tables[table - 1].has(row, column):
                raise ValueError(f"cells: no table has {address}")
        return self


class Example(Case):
    """A case, and what a careful reader says of it."""

    label: Label
    kind: str = ""
    """Of a wrong claim, what is wrong with it (`scale`, `sign`, ...); empty where nothing is said of it."""
    context: str = ""
    """Claims over the same evidence share it: they are not independent, and intervals draw whole contexts. Empty means
    that this claim stands alone."""
    paraphrase_of: str = ""
    """Id of the claim that this one says in other words; empty where it is none."""
    source: str = ""
    """Where claim and label come from."""

    @property
    def cluster(self) -> str:
        """What is drawn as one when intervals are made."""
        return self.context or self.id


def read(path: Path) -> tuple[Example, ...]:
    """Every example of a JSONL file (`.gz` is unpacked); raises DataError naming the line that does not fit."""
    try:
        packed = path.read_bytes()
        text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise DataError(f"cannot read {path}: {error}") from error
    examples = (_parsed(path, number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())
    return unique(examples, str(path))


def unique(examples: Iterable[Example], name: str) -> tuple[Example, ...]:
    """The examples; DataError where there are none, or an id is used twice."""
    seen: dict[str, Example] = {}
    for example in examples:
        if example.id in seen:
            raise DataError(f"{name}: expected each id once, was {example.id!r} twice")
        seen[example.id] = example
    if not seen:
        raise DataError(f"{name}: expected at least one example, was none")
    return tuple(seen.values())


def lines(examples: Iterable[Example]) -> Iterator[str]:
    """One line of JSON for each, what is empty left out; the same examples give the same bytes."""
    for example in examples:
        yield json.dumps(example.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False) + "\n"


def schema() -> dict[str, JsonValue]:
    """JSON schema of one line."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Example.model_json_schema()}


def _parsed(path: Path, number: int, line: str) -> Example:
    try:
        return Example.model_validate_json(line)
    except ValidationError as error:
        raise DataError(f"{path}, line {number}: {in_a_line(error.errors(include_url=False)[0])}") from None
