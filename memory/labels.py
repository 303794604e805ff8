"""What people say of recorded claims and verdicts. A person may change their mind: the last word counts, all stay."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import select

from fks_agents.contracts import Contract, Utc
from memory._chain import Chain
from memory._database import Database
from memory.schema import labels

Word = Literal["supported", "refuted", "unclear"]

VERDICT = "verdict"
"""The subject of a label that is about the whole decision and not about one of its claims."""


class Label(Contract):
    decision_id: str
    subject: Annotated[str, Field(min_length=1, max_length=128)]
    """Id of the claim in its decision, or `verdict`."""
    word: Word
    person: Annotated[str, Field(min_length=1, max_length=64)]
    labelled_at: Utc
    note: str = ""


def _columns(label: Label) -> dict[str, Any]:
    return label.model_dump(include={"decision_id", "subject", "person"})


_LOG = Chain(labels, "labels", "label", Label, _columns)


class Labels:
    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, label: Label) -> None:
        """Committed when this returns. The same word of the same person about the same subject again adds nothing."""
        with self._database.write() as connection:
            query = (
                select(labels.c.label)
                .where(
                    labels.c.decision_id == label.decision_id,
                    labels.c.subject == label.subject,
                    labels.c.person == label.person,
                )
                .order_by(labels.c.sequence.desc())
                .limit(1)
            )
            last = connection.execute(query).scalar()
            said = None if last is None else Label.model_validate_json(last)
            if said is None or (said.word, said.note) != (label.word, label.note):
                _LOG.append(connection, label)

    def all(self, person: str | None = None) -> tuple[Label, ...]:
        """Every label ever given, in order."""
        query = select(labels.c.label).order_by(labels.c.sequence)
        if person is not None:
            query = query.where(labels.c.person == person)
        with self._database.read() as connection:
            return tuple(Label.model_validate_json(text) for text in connection.execute(query).scalars())

    def standing(self, person: str | None = None) -> tuple[Label, ...]:
        """The last word of each person about each subject, in the order they were given."""
        last: dict[tuple[str, str, str], Label] = {}
        for label in self.all(person):
            key = label.decision_id, label.subject, label.person
            last.pop(key, None)
            last[key] = label
        return tuple(last.values())

    def verify(self) -> int:
        """Walk the log and return its length; raises LedgerError naming the first broken row."""
        with self._database.read() as connection:
            return _LOG.verify(connection)
