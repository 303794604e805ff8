"""A trade that waits for a person: nothing is sent before the answer, and the answer meets the newest price."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fks_agents.clock import FixedClock
from fks_agents.contracts import Cycle, Plan
from fks_agents.errors import RefusedError, UsageError
from fks_agents.policy import Unattended, shipped
from fks_agents.settings import Settings, load
from graphs.approving import moved_away
from graphs.desk import Desk
from graphs.opening import moment_of, open_desk
from memory.halts import Halt
from memory.limits import LimitChange
from tests.graphs.markets import written
from tools.market import open_market

AS_OF = moment_of("2018-04-20T20:00:00Z")
"""The rules sell on this day."""
WALL = datetime(2026, 1, 5, 12, tzinfo=UTC)


def asking(home: Path, **changes: object) -> Settings:
    policy = shipped().model_copy(update={"unattended": Unattended(below_risk=0.0)})
    return load(home=home).having(policy=policy, **changes)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(asking(tmp_path), clock=FixedClock(WALL)) as opened:
        yield opened


@pytest.fixture
def waiting(desk: Desk) -> Cycle:
    return desk.analyze("SPX", as_of=AS_OF)


def test_nothing_is_sent_before_a_person_answers(desk: Desk, waiting: Cycle) -> None:
    assert (waiting.action, waiting.status, waiting.orders) == ("sell", "needs_approval", ())
    assert waiting.approval is not None
    assert waiting.approval.status == "pending"
    assert waiting.reason.endswith("of the equity is at risk, a person is asked above 0.00%")
    assert desk.ledger.orders.intents(waiting.id) == ()
    assert desk.approvals.waiting() == (waiting,)


def test_without_the_policy_it_goes_out_by_itself(tmp_path: Path) -> None:
    """The control: the same decision under the shipped policy."""
    with open_desk(load(home=tmp_path)) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
        assert (cycle.status, len(cycle.orders)) == ("working", 3)
        with pytest.raises(RefusedError, match="waits for nobody"):
            desk.approvals.approve(cycle.id, by="ana")


def test_an_approved_trade_is_sent_once_and_says_who_let_it_go(desk: Desk, waiting: Cycle) -> None:
    done = desk.approvals.approve(waiting.id, by="ana", reason="I see it too")
    assert (done.status, len(done.orders)) == ("working", 3)
    assert done.approval is not None
    assert (done.approval.status, done.approval.by, done.approval.reason) == ("approved", "ana", "I see it too")
    assert (done.approval.at, done.approval.as_of) == (WALL, AS_OF)
    assert done.snapshot is not None
    assert done.approval.price == done.snapshot.price
    assert done.sized is not None
    assert done.orders[0].quantity == done.sized.quantity
    with pytest.raises(RefusedError, match="approved by ana at 2026-01-05 12:00"):
        desk.approvals.approve(waiting.id, by="bob")
    assert desk.replay(waiting.id).differences == ()
    assert desk.approvals.waiting() == ()


def test_a_rejected_trade_ends_unsent(desk: Desk, waiting: Cycle) -> None:
    done = desk.approvals.reject(waiting.id, by="ana", reason="earnings tonight")
    assert (done.status, done.reason, done.orders) == ("rejected", "earnings tonight", ())
    assert done.lessons == () or done.verdict.outcome == "pass"
    assert desk.replay(waiting.id).differences == ()


def test_a_person_may_make_it_smaller_and_never_larger(desk: Desk, waiting: Cycle) -> None:
    assert waiting.sized is not None
    most = waiting.sized.quantity
    with pytest.raises(UsageError, match=r"expected above 0 and at most"):
        desk.approvals.modify(waiting.id, by="ana", quantity=most * 1.01)
    assert desk.approvals.modify(waiting.id, by="ana", quantity=most / 2).status == "needs_approval"
    with pytest.raises(UsageError, match=r"expected above 0 and at most"):
        desk.approvals.modify(waiting.id, by="bob", quantity=most)
    done = desk.approvals.approve(waiting.id, by="bob")
    assert done.orders[0].quantity == pytest.approx(most / 2, abs=desk.settings.lot)
    assert done.sized == waiting.sized
    assert desk.replay(waiting.id).differences == ()


def test_a_halt_refuses_an_approval_and_leaves_the_trade_waiting(desk: Desk, waiting: Cycle) -> None:
    desk.ledger.halts.turn(Halt(is_halted=True, by="ana", at=WALL, reason="news"))
    with pytest.raises(RefusedError, match="trading is halted since 2026-01-05 12:00 by ana: news"):
        desk.approvals.approve(waiting.id, by="ana")
    desk.ledger.halts.turn(Halt(is_halted=False, by="ana", at=WALL, reason="over"))
    assert desk.approvals.approve(waiting.id, by="ana").status == "working"


def test_under_a_halt_a_decision_ends_halted_and_sends_nothing(tmp_path: Path) -> None:
    with open_desk(load(home=tmp_path)) as desk:
        desk.ledger.halts.turn(Halt(is_halted=True, by="ana", at=WALL, reason="news"))
        cycle = desk.analyze("SPX", as_of=AS_OF)
        assert (cycle.action, cycle.status, cycle.orders) == ("sell", "halted", ())
        assert "by ana: news" in cycle.reason
        assert desk.replay(cycle.id).differences == ()


def about_now(desk: Desk) -> Cycle:
    """The same decision on the standing account of the sample, whose time stands still at its newest bar."""
    admission = desk.ledger.decisions.admit("SPX", "1d", AS_OF, desk.settings, account="main@sample")
    return desk.resume(admission.id)


def test_an_expired_trade_is_refused_with_the_reason_and_ended(desk: Desk) -> None:
    """Decided in April 2018; the newest bar of the sample is of December."""
    cycle = about_now(desk)
    assert cycle.status == "needs_approval"
    with pytest.raises(RefusedError, match=r"expired at 2018-0\d-\d\d .* it is 2018-12-31 .* at the market"):
        desk.approvals.approve(cycle.id, by="ana")
    ended = desk.ledger.decisions.cycle(cycle.id)
    assert (ended.status, ended.orders) == ("expired", ())
    assert desk.replay(cycle.id).differences == ()


def test_what_nobody_answers_expires(desk: Desk, waiting: Cycle) -> None:
    late = about_now(desk)
    assert [cycle.id for cycle in desk.approvals.expire()] == [late.id]
    assert desk.approvals.waiting() == (waiting,)
    assert desk.approvals.expire() == ()


def test_a_trade_whose_source_is_gone_keeps_no_other_from_expiring(tmp_path: Path) -> None:
    prices = tmp_path / "SPX.csv"
    source = written(open_market("sample").bars("SPX", "1d", AS_OF, 600), prices)
    with open_desk(asking(tmp_path, source=source)) as desk:
        gone = desk.analyze("SPX")  # it waits longest, and is looked at first
    assert gone.status == "needs_approval"
    prices.unlink()
    with open_desk(asking(tmp_path), clock=FixedClock(WALL)) as desk:
        late = about_now(desk)
        assert [cycle.id for cycle in desk.approvals.expire()] == [late.id]
        assert desk.ledger.ideas.waiting() == (gone.id,)


def test_a_limit_that_bites_meanwhile_forbids_it(desk: Desk, waiting: Cycle) -> None:
    class Ruined:
        def account(self, symbol: str, as_of: datetime) -> object:
            del symbol, as_of
            assert waiting.snapshot is not None
            return waiting.snapshot.account.model_copy(update={"drawdown": 0.5})

    ruined = replace(desk, broker=lambda account, settings: Ruined())  # type: ignore[arg-type, return-value]
    with pytest.raises(RefusedError, match=r"drawdown 50 %, stops at 15 %"):
        ruined.approvals.approve(waiting.id, by="ana")
    assert desk.approvals.waiting() == (waiting,)


@pytest.mark.parametrize("most", [0.01, 0.9])
def test_a_limit_that_people_make_stricter_meanwhile_counts(desk: Desk, waiting: Cycle, most: float) -> None:
    """What is made looser is for later decisions: this one keeps to its own."""
    assert waiting.sized is not None
    assert waiting.plan is not None
    assert waiting.plan.entry is not None
    desk.ledger.limits.change(LimitChange(limits={"max_position": most}, by="ana", at=WALL, reason="CPI"), after=0)
    sent = desk.approvals.approve(waiting.id, by="ana").orders[0].quantity
    allowed = 0.01 * 100_000 / waiting.plan.entry if most < 0.1 else waiting.sized.quantity
    assert sent == pytest.approx(allowed, abs=desk.settings.lot)


def test_a_waiting_trade_survives_the_process(tmp_path: Path) -> None:
    with open_desk(asking(tmp_path)) as desk:
        asked = desk.analyze("SPX", as_of=AS_OF)
    with open_desk(asking(tmp_path)) as again:
        assert again.resume(asked.id) == asked
        assert again.approvals.approve(asked.id, by="ana").status == "working"


def test_an_approval_that_a_crash_held_up_is_asked_for_again(desk: Desk, waiting: Cycle) -> None:
    """Committed, then nothing was sent for six minutes."""
    desk.approvals._mark(
        *desk.approvals._asked(waiting.id), "approved", "ana", "yes", desk.approvals.fresh(
            desk.ledger.decisions.admission(waiting.id)
        ), 1.0,
    )  # fmt: skip
    later = replace(desk, clock=FixedClock(WALL + timedelta(minutes=6)))
    assert later.resume(waiting.id).status == "needs_approval"
    assert [mark.kind for mark in desk.ledger.ideas.marks(waiting.id)] == ["proposed", "approved", "reopened"]
    soon = replace(desk, clock=FixedClock(WALL + timedelta(minutes=8)))
    assert soon.approvals.approve(waiting.id, by="ana").status == "working"


def test_an_answer_needs_a_name_and_a_rejection_a_reason(desk: Desk, waiting: Cycle) -> None:
    with pytest.raises(UsageError, match="expected the name of who answers, was empty"):
        desk.approvals.approve(waiting.id, by=" ")
    with pytest.raises(UsageError, match="expected a reason for the rejection, was empty"):
        desk.approvals.reject(waiting.id, by="ana", reason="")
    assert desk.approvals.waiting() == (waiting,)


BUY = Plan(
    author="moderate", action="buy", conviction=0.7, entry=100.0, stop=95.0, targets=(110.0,), risk=0.01, horizon=5,
    expires_at=AS_OF, model="rules",
)  # fmt: skip
SELL = BUY.model_copy(update={"action": "sell", "stop": 105.0, "targets": (90.0,)})


@pytest.mark.parametrize(
    ("plan", "price", "why"),
    [
        (BUY, 100.0, None), (BUY, 105.0, None), (BUY, 95.01, None),
        (BUY, 95.0, "the price 95 has reached the stop 95"),
        (BUY, 110.0, "the price 110 has reached the target 110"),
        (BUY, 106.0, "the price 106 is 1.2 times the stop's distance from the entry 100"),
        (SELL, 100.0, None), (SELL, 95.0, None),
        (SELL, 105.0, "the price 105 has reached the stop 105"),
        (SELL, 89.0, "the price 89 has reached the target 90"),
        (SELL, 94.0, "the price 94 is 1.2 times the stop's distance from the entry 100"),
    ],
)  # fmt: skip
def test_a_price_that_has_moved_away_is_told(plan: Plan, price: float, why: str | None) -> None:
    """The stop lies 5 from the entry."""
    assert moved_away(plan, price) == why
