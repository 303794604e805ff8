"""Intents are committed before anything is sent, and never made twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from langgraph.runtime import Runtime

from fks_agents.agents.approval import approval
from fks_agents.agents.execute import approved_size, bracket, execute
from fks_agents.agents.levels import planned
from fks_agents.agents.manager import DRAFT
from fks_agents.contracts import Approval, Choice, OrderIntent, Sized
from fks_agents.deps import Deps
from fks_agents.errors import RefusedError
from fks_agents.policy import Unattended
from fks_agents.settings import Settings
from fks_agents.state import CycleState
from tests.agents.conftest import AS_OF, RISING, Desk, Opened, run, snapshot_of

SNAPSHOT = snapshot_of(RISING)
PLAN = planned("moderate", "buy", 0.8, "because", DRAFT, SNAPSHOT, Settings())
CHOICE = Choice(persona="moderate", reason="calm", plan=PLAN)
SIZED = Sized(quantity=250.0, notional=24_875.0, risk=0.01, method="fixed_fractional")
FREE = Approval(status="not_needed", by="policy", at=AS_OF, reason="")
LATER = AS_OF + timedelta(hours=5)
LET_GO = Approval(status="approved", by="ana", at=LATER, reason="fits", as_of=LATER, price=99.0, quantity=100.0)


class Keeper:
    """Halted or not, answered or not."""

    def __init__(self, why: str | None = None, answer: Approval | None = None) -> None:
        self.why, self.answer = why, answer

    def halted(self) -> str | None:
        return self.why

    def answered(self, decision_id: str) -> Approval | None:
        del decision_id
        return self.answer


def kept(opened: Opened, keeper: Keeper, **unattended: float) -> Deps:
    deps = replace(opened(), gatekeeper=keeper)
    if unattended:
        policy = deps.settings.policy.model_copy(update={"unattended": Unattended(**unattended)})
        deps = replace(deps, settings=deps.settings.having(policy=policy))
    return deps


def test_an_intent_is_committed_before_it_is_sent(opened: Opened, desk: Desk) -> None:
    learned = run(execute, opened(), SNAPSHOT, choice=CHOICE, sized=SIZED, approval=FREE)
    assert desk.done() == ["intend", "place", "receive"]
    assert sorted(learned) == ["orders", "receipts"]
    assert [receipt.status for receipt in learned["receipts"]] == ["working"] * 3


def test_sending_first_is_noticed(opened: Opened, desk: Desk) -> None:
    """The naive control: the same steps in the other order do not get past the desk."""

    def careless(state: CycleState, runtime: Runtime[Deps]) -> CycleState:
        wanted = bracket(state["id"], state["symbol"], state["choice"].plan, state["sized"], state["as_of"])
        receipts = runtime.context.broker.place(wanted)
        return {"orders": list(runtime.context.intents.intend(wanted)), "receipts": list(receipts)}

    with pytest.raises(AssertionError, match="an order was sent before it was committed"):
        run(careless, opened(), SNAPSHOT, choice=CHOICE, sized=SIZED, approval=FREE)


def test_the_bracket_by_hand(opened: Opened) -> None:
    entry, stop, target = run(execute, opened(), SNAPSHOT, choice=CHOICE, sized=SIZED, approval=FREE)["orders"]
    assert (entry.side, entry.type, entry.price, entry.quantity) == ("buy", "limit", 99.5, 250.0)
    assert (entry.placed_at, entry.expires_at, entry.horizon, entry.reduce_only) == (AS_OF, PLAN.expires_at, 10, False)
    assert (stop.side, stop.type, stop.price, stop.reduce_only) == ("sell", "stop", 95.5, True)
    assert (target.side, target.type, target.price, target.reduce_only) == ("sell", "limit", 107.5, True)
    assert [order.client_order_id for order in (entry, stop, target)] == [
        OrderIntent.id_for("d1", leg) for leg in ("entry", "stop", "target")
    ]


def test_a_sell_turns_every_side(opened: Opened) -> None:
    plan = planned("moderate", "sell", 0.8, "because", DRAFT, SNAPSHOT, Settings())
    orders = bracket("d1", "SPX", plan, SIZED, AS_OF)
    assert [order.side for order in orders] == ["sell", "buy", "buy"]


def test_what_was_committed_is_what_is_sent_again(opened: Opened, desk: Desk) -> None:
    """After a crash between commit and send the plan may not be remade: the committed orders go out."""
    first = run(execute, opened(), SNAPSHOT, choice=CHOICE, sized=SIZED, approval=FREE)["orders"]
    other = SIZED.model_copy(update={"quantity": 999.0})
    desk.received.clear()
    assert run(execute, opened(), SNAPSHOT, choice=CHOICE, sized=other, approval=FREE)["orders"] == first
    assert desk.journal[-2] == ("place", tuple(first))


def test_an_answer_on_record_is_not_asked_for_again(opened: Opened, desk: Desk) -> None:
    """Killed after the broker's answer and before the step was kept: the account may have been closed since."""
    first = run(execute, opened(), SNAPSHOT, choice=CHOICE, sized=SIZED, approval=FREE)
    desk.refuses = RefusedError("the account is closed")
    assert run(execute, opened(), SNAPSHOT, choice=CHOICE, sized=SIZED, approval=FREE) == first
    assert desk.done().count("place") == 1


def test_half_an_answer_is_a_question(opened: Opened, desk: Desk) -> None:
    run(execute, opened(), SNAPSHOT, choice=CHOICE, sized=SIZED, approval=FREE)
    del desk.received[1:]
    run(execute, opened(), SNAPSHOT, choice=CHOICE, sized=SIZED, approval=FREE)
    assert desk.done().count("place") == 2


def test_a_halt_is_no_answer_of_the_broker(opened: Opened, desk: Desk) -> None:
    run(execute, kept(opened, Keeper("trading is halted")), SNAPSHOT, choice=CHOICE, sized=SIZED, approval=FREE)
    assert desk.received == []


def test_a_refusal_of_the_broker_is_a_receipt(opened: Opened, desk: Desk) -> None:
    desk.refuses = RefusedError("the account is closed")
    receipts = run(execute, opened(), SNAPSHOT, choice=CHOICE, sized=SIZED, approval=FREE)["receipts"]
    assert {(receipt.status, receipt.reason) for receipt in receipts} == {("rejected", "the account is closed")}


def test_nothing_to_trade_is_refused_before_anything_is_committed(opened: Opened, desk: Desk) -> None:
    with pytest.raises(RefusedError, match="expected a plan that trades with a size, was buy of 0"):
        run(execute, opened(), SNAPSHOT, choice=CHOICE, sized=SIZED.model_copy(update={"quantity": 0.0}), approval=FREE)
    assert desk.journal == []


def test_a_person_may_let_less_go_and_never_more(opened: Opened) -> None:
    """100 of 250: 2/5 of the value and of the risk."""
    entry, *_ = run(execute, opened(), SNAPSHOT, choice=CHOICE, sized=SIZED, approval=LET_GO)["orders"]
    assert (entry.quantity, entry.placed_at) == (100.0, LATER)
    smaller = approved_size(SIZED, LET_GO)
    assert (smaller.quantity, smaller.notional, smaller.risk) == (100.0, 9_950.0, 0.004)
    assert approved_size(SIZED, LET_GO.model_copy(update={"quantity": 9_999.0})) == SIZED


def test_a_halt_stops_an_order_at_the_last_moment(opened: Opened, desk: Desk) -> None:
    deps = kept(opened, Keeper("trading is halted"))
    receipts = run(execute, deps, SNAPSHOT, choice=CHOICE, sized=SIZED, approval=FREE)["receipts"]
    assert {(receipt.status, receipt.reason) for receipt in receipts} == {("halted", "trading is halted")}
    assert desk.done() == ["intend"]


def test_a_halt_does_not_deny_an_order_that_was_sent_before(opened: Opened, desk: Desk) -> None:
    """Killed after sending, halted, resumed: the broker is asked what it knows, and nothing is sent."""
    sent = run(execute, opened(), SNAPSHOT, choice=CHOICE, sized=SIZED, approval=FREE)
    deps = kept(opened, Keeper("trading is halted"))
    assert run(execute, deps, SNAPSHOT, choice=CHOICE, sized=SIZED, approval=FREE) == sent


def test_what_the_policy_lets_go_by_itself_needs_nobody(opened: Opened) -> None:
    granted = run(approval, kept(opened, Keeper()), SNAPSHOT, choice=CHOICE, sized=SIZED)["approval"]
    assert (granted.status, granted.by, granted.at) == ("not_needed", "policy", AS_OF)


@pytest.mark.parametrize(
    ("unattended", "why"),
    [
        ({"below_risk": 0.0099}, "1.00% of the equity is at risk, a person is asked above 0.99%"),
        ({"above_conviction": 0.81}, "conviction is 0.80, a person is asked below 0.81"),
    ],
)
def test_a_person_is_asked_where_the_policy_says_so(unattended: dict[str, float], why: str, opened: Opened) -> None:
    """Risk is 0.01 and conviction 0.8."""
    asked = Unattended(**unattended).asks(SIZED.risk, PLAN.conviction)
    assert asked == why
    answered = kept(opened, Keeper(answer=LET_GO), **unattended)
    assert run(approval, answered, SNAPSHOT, choice=CHOICE, sized=SIZED)["approval"] == LET_GO


def test_at_the_limit_nobody_is_asked() -> None:
    assert Unattended(below_risk=0.01, above_conviction=0.8).asks(0.01, 0.8) is None


def test_a_halt_comes_before_the_policy(opened: Opened) -> None:
    given = run(approval, kept(opened, Keeper("trading is halted")), SNAPSHOT, choice=CHOICE, sized=SIZED)["approval"]
    assert (given.status, given.by, given.reason) == ("halted", "halt", "trading is halted")
