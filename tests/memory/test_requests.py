"""Who asked for what: one key, one decision; what was told can be read again from any number on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fks_agents.errors import UsageError
from memory.decisions import Admission
from memory.ledger import Ledger
from memory.requests import Request
from tests.memory.conftest import NOON


def test_the_same_key_finds_the_same_decision(ledger: Ledger, decision_id: str) -> None:
    asked = Request(decision_id=decision_id, person="ana", asked_at=NOON, key="ana/k1", question="q")
    assert ledger.requests.by_key("ana/k1", "q") is None
    assert ledger.requests.record(asked)
    assert ledger.requests.by_key("ana/k1", "q") == asked == ledger.requests.of(decision_id)
    with pytest.raises(UsageError, match="expected the same request as before"):
        ledger.requests.by_key("ana/k1", "other")


def test_a_key_is_taken_once(ledger: Ledger, admit: Callable[..., Admission]) -> None:
    first, second = (
        Request(decision_id=admit(days=day).id, person="ana", asked_at=NOON, key="ana/k1", question="q")
        for day in (0, 1)
    )
    assert [ledger.requests.record(each) for each in (first, second)] == [True, False]


def test_without_a_key_everything_is_asked(ledger: Ledger, admit: Callable[..., Admission]) -> None:
    asked = [Request(decision_id=admit(days=day).id, person="a", asked_at=NOON, question="q") for day in (0, 1)]
    assert all(ledger.requests.record(each) for each in asked)


def test_the_first_wish_to_cancel_is_kept(ledger: Ledger, decision_id: str) -> None:
    ledger.requests.record(Request(decision_id=decision_id, person="ana", asked_at=NOON, question="q"))
    ledger.requests.cancel(decision_id, "bob")
    ledger.requests.cancel(decision_id, "eve")
    request = ledger.requests.of(decision_id)
    assert request is not None
    assert request.cancelled_by == "bob"


def test_what_was_told_is_numbered_and_read_again_from_any_number(ledger: Ledger, decision_id: str) -> None:
    told = [ledger.requests.tell(decision_id, "stage", f'{{"n": {n}}}') for n in range(3)]
    assert [each.number for each in told] == [1, 2, 3]
    assert ledger.requests.told(decision_id) == tuple(told)
    assert ledger.requests.told(decision_id, after=2) == (told[2],)
    assert ledger.requests.told("unknown") == ()
