"""Trades that wait: answered once, by the first; every change kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from fks_agents.errors import RefusedError
from memory.ideas import Mark
from memory.ledger import Ledger
from tests.memory.conftest import NOON


def mark(decision_id: str, number: int, kind: str, **more: Any) -> Mark:
    return Mark.model_validate(
        {"decision_id": decision_id, "number": number, "kind": kind, "by": "ana", "at": NOON, "as_of": NOON} | more
    )


def test_a_trade_waits_until_it_is_answered(ledger: Ledger, decision_id: str) -> None:
    assert ledger.ideas.waiting() == ()
    ledger.ideas.mark(mark(decision_id, 1, "proposed", by="policy"))
    ledger.ideas.mark(mark(decision_id, 2, "modified", quantity=3.0))
    assert ledger.ideas.waiting() == (decision_id,)
    ledger.ideas.mark(mark(decision_id, 3, "approved", quantity=3.0, price=100.0))
    assert ledger.ideas.waiting() == ()
    assert [each.kind for each in ledger.ideas.marks(decision_id)] == ["proposed", "modified", "approved"]
    assert ledger.ideas.verify() == 3


def test_an_answer_is_final(ledger: Ledger, decision_id: str) -> None:
    ledger.ideas.mark(mark(decision_id, 1, "proposed"))
    ledger.ideas.mark(mark(decision_id, 2, "rejected", by="bob"))
    with pytest.raises(RefusedError, match="rejected by bob at"):
        ledger.ideas.mark(mark(decision_id, 3, "approved"))


def test_an_approval_that_was_never_sent_may_be_reopened(ledger: Ledger, decision_id: str) -> None:
    for number, kind in enumerate(("proposed", "approved", "reopened"), start=1):
        ledger.ideas.mark(mark(decision_id, number, kind))
    assert ledger.ideas.waiting() == (decision_id,)


def test_a_change_asks_nobody_anew_and_a_reopening_does(ledger: Ledger, decision_id: str) -> None:
    asked = []
    for number, kind in enumerate(("proposed", "modified", "approved", "reopened", "modified"), start=1):
        ledger.ideas.mark(mark(decision_id, number, kind))
        asked.append(ledger.ideas.asked())
    assert asked == [((decision_id, 1),), ((decision_id, 1),), (), ((decision_id, 4),), ((decision_id, 4),)]


def test_who_looked_at_an_older_state_is_refused(ledger: Ledger, decision_id: str) -> None:
    ledger.ideas.mark(mark(decision_id, 1, "proposed"))
    ledger.ideas.mark(mark(decision_id, 2, "modified", quantity=1.0))
    with pytest.raises(RefusedError, match="changed meanwhile: expected mark 2, was 3"):
        ledger.ideas.mark(mark(decision_id, 2, "approved"))


def test_of_answers_at_the_same_time_one_counts(ledger: Ledger, decision_id: str) -> None:
    ledger.ideas.mark(mark(decision_id, 1, "proposed"))

    def answer(person: int) -> bool:
        try:
            ledger.ideas.mark(mark(decision_id, 2, "approved" if person % 2 else "rejected", by=f"p{person}"))
        except RefusedError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(answer, range(16))) == 1
    assert len(ledger.ideas.marks(decision_id)) == 2
