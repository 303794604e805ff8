"""Labels of people: the last word counts, and every word stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from fks_agents.errors import LedgerError
from memory.labels import Label, Word
from memory.ledger import Ledger
from tests.memory.conftest import NOON


def label(decision_id: str, word: Word = "supported", person: str = "kim", subject: str = "macro.1") -> Label:
    return Label(decision_id=decision_id, subject=subject, word=word, person=person, labelled_at=NOON)


def test_the_last_word_stands_and_all_are_kept(ledger: Ledger, decision_id: str) -> None:
    first, second = label(decision_id), label(decision_id, "refuted")
    other = label(decision_id, "unclear", "lee")
    for each in (first, other, second):
        ledger.labels.record(each)
    assert ledger.labels.all() == (first, other, second)
    assert ledger.labels.standing() == (other, second)
    assert ledger.labels.standing("kim") == (second,)
    assert ledger.labels.verify() == 3


def test_the_same_word_again_adds_nothing(ledger: Ledger, decision_id: str) -> None:
    later = label(decision_id).model_copy(update={"labelled_at": NOON + timedelta(days=1)})
    ledger.labels.record(label(decision_id))
    ledger.labels.record(later)
    assert ledger.labels.all() == (label(decision_id),)


def test_a_label_of_an_unknown_decision_is_refused(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="refused the row"):
        ledger.labels.record(label("nothing"))


def test_a_changed_label_is_found(ledger: Ledger, decision_id: str, edit: Callable[..., None]) -> None:
    ledger.labels.record(label(decision_id))
    edit("UPDATE labels SET label = replace(label, 'supported', 'refuted')")
    with pytest.raises(LedgerError, match=r"log of labels: row 1 .* was changed"):
        ledger.labels.verify()
