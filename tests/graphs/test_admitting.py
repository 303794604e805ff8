"""To commit to a decision and to make it are two steps; what was committed can be ended unmade."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fks_agents.errors import RefusedError, UsageError
from fks_agents.settings import load
from graphs.desk import Desk
from graphs.opening import moment_of, open_desk

AS_OF = moment_of("2018-04-20T20:00:00Z")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(load(home=tmp_path)) as opened:
        yield opened


def test_what_is_admitted_is_on_record_and_made_later(desk: Desk) -> None:
    admission = desk.admit("SPX", as_of=AS_OF, horizon=5)
    assert [each.id for each in desk.ledger.decisions.unfinished()] == [admission.id]
    cycle = desk.resume(admission.id)
    assert (cycle.id, cycle.status) == (admission.id, "working")
    assert desk.settings_of(admission).horizon == 5
    assert cycle.plan is not None
    assert cycle.plan.horizon == 5


def test_a_decision_made_in_two_steps_is_the_one_made_at_once(desk: Desk) -> None:
    at_once = desk.analyze("SPX", as_of=AS_OF)
    assert desk.resume(desk.admit("SPX", as_of=AS_OF).id).digest == at_once.digest


def test_what_cannot_be_studied_is_not_admitted(desk: Desk) -> None:
    with pytest.raises(UsageError, match="unknown symbol"):
        desk.admit("NOPE")
    assert desk.ledger.decisions.unfinished() == ()


def test_a_decision_can_be_ended_unmade(desk: Desk) -> None:
    admission = desk.admit("SPX", as_of=AS_OF)
    cycle = desk.cancel(admission.id, "cancelled by ana")
    assert (cycle.action, cycle.status, cycle.reason) == ("no_decision", "no_decision", "cancelled by ana")
    assert desk.resume(admission.id) == cycle
    with pytest.raises(RefusedError, match="is finished already"):
        desk.cancel(admission.id, "again")


def test_a_decision_is_ended_between_two_steps(desk: Desk) -> None:
    class StoppedError(Exception): ...

    def stop(node: str, learned: object) -> None:
        if node == "manager":
            raise StoppedError

    admission = desk.admit("SPX", as_of=AS_OF)
    with pytest.raises(StoppedError):
        desk.resume(admission.id, on_event=stop)
    cycle = desk.cancel(admission.id, "cancelled by ana")
    assert cycle.reports
    assert (cycle.orders, cycle.reason) == ((), "cancelled by ana")
