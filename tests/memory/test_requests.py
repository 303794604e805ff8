"""Who asked for what: one key, one decision; what was told can be read again from any number on."""

from __future__ import annotations

import pytest

from fks_agents.errors import RefusedError, UsageError
from fks_agents.settings import Settings
from memory.ledger import Ledger
from memory.requests import Asked, Request
from tests.memory.conftest import NOON


def ask(ledger: Ledger, key: str | None = None) -> str:
    asked = Asked("ana", NOON, key, "q")
    return ledger.decisions.admit("SPX", "1d", NOON, Settings(), asked=asked).id


def test_the_same_key_finds_the_same_decision(ledger: Ledger) -> None:
    assert ledger.requests.by_key("ana/k1", "q") is None
    asked = Request(decision_id=ask(ledger, "ana/k1"), person="ana", asked_at=NOON, key="ana/k1", question="q")
    assert ledger.requests.by_key("ana/k1", "q") == asked == ledger.requests.of(asked.decision_id)
    with pytest.raises(UsageError, match="expected the same request as before"):
        ledger.requests.by_key("ana/k1", "other")


def test_a_key_is_taken_once_and_the_second_decision_is_never_admitted(ledger: Ledger) -> None:
    first = ask(ledger, "ana/k1")
    with pytest.raises(RefusedError, match="'ana/k1' was asked meanwhile"):
        ask(ledger, "ana/k1")
    assert [each.id for each in ledger.decisions.unfinished()] == [first]


def test_without_a_key_everything_is_asked(ledger: Ledger) -> None:
    assert len({ask(ledger), ask(ledger)}) == 2


def test_the_first_wish_to_cancel_is_kept(ledger: Ledger) -> None:
    decision_id = ask(ledger)
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
