"""To commit to a decision and to make it are two steps; what was committed can be ended unmade."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fks_agents.errors import RefusedError, UsageError
from fks_agents.settings import load
from graphs.desk import Desk
from graphs.opening import moment_of, open_desk
from memory.limits import LimitChange

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


def limit(desk: Desk, **limits: float) -> None:
    change = LimitChange(limits=limits, by="ana", at=AS_OF, reason="quieter")
    desk.ledger.limits.change(change, after=len(desk.ledger.limits.log()))


def test_limits_that_people_set_count_for_every_decision_of_the_ledger(desk: Desk, tmp_path: Path) -> None:
    """Set through one desk; the other one is a process of its own, as the command line and MCP are."""
    before = desk.analyze("SPX", as_of=AS_OF)
    limit(desk, max_position=0.01, min_conviction=0.5)
    with open_desk(load(home=tmp_path)) as other:
        cycle = other.analyze("SPX", as_of=AS_OF)
        assert cycle.sized is not None
        assert cycle.sized.limits[-1].limit == "position"
        assert cycle.sized.notional <= 0.01 * 100_000
        assert other.settings_of(other.ledger.decisions.admission(cycle.id)).min_conviction == 0.5
        assert other.replay(cycle.id).differences == ()
        assert other.replay(before.id).differences == ()


def test_one_decision_may_be_stricter_than_what_people_set_and_never_looser(desk: Desk) -> None:
    limit(desk, max_position=0.1, min_conviction=0.7)
    asked = desk.settings_of(desk.admit("SPX", as_of=AS_OF, max_position=0.2, min_conviction=0.8))
    assert (asked.max_position, asked.min_conviction) == (0.1, 0.8)
