"""Intents are committed before anything is sent, and never made twice."""

from __future__ import annotations

from datetime import datetime

import pytest
from langgraph.runtime import Runtime

from fks_agents.agents.approval import approval
from fks_agents.agents.execute import bracket, execute
from fks_agents.agents.levels import planned
from fks_agents.agents.manager import DRAFT
from fks_agents.contracts import Choice, OrderIntent, Sized
from fks_agents.deps import Deps
from fks_agents.errors import RefusedError
from fks_agents.settings import Settings
from fks_agents.state import CycleState
from tests.agents.conftest import AS_OF, RISING, Desk, Opened, run, snapshot_of

SNAPSHOT = snapshot_of(RISING)
PLAN = planned("moderate", "buy", 0.8, "because", DRAFT, SNAPSHOT, Settings())
CHOICE = Choice(persona="moderate", reason="calm", plan=PLAN)
SIZED = Sized(quantity=250.0, notional=24_875.0, risk=0.01, method="fixed_fractional")


def test_an_intent_is_committed_before_it_is_sent(opened: Opened, desk: Desk) -> None:
    learned = run(execute, opened(), SNAPSHOT, choice=CHOICE, sized=SIZED)
    assert desk.done() == ["intend", "place"]
    assert sorted(learned) == ["orders", "receipts"]
    assert [receipt.status for receipt in learned["receipts"]] == ["working"] * 3


def test_sending_first_is_noticed(opened: Opened, desk: Desk) -> None:
    """The naive control: the same steps in the other order do not get past the desk."""

    def careless(state: CycleState, runtime: Runtime[Deps]) -> CycleState:
        wanted = bracket(state["id"], state["symbol"], state["choice"].plan, state["sized"], state["as_of"])
        receipts = runtime.context.broker.place(wanted)
        return {"orders": list(runtime.context.intents.intend(wanted)), "receipts": list(receipts)}

    with pytest.raises(AssertionError, match="an order was sent before it was committed"):
        run(careless, opened(), SNAPSHOT, choice=CHOICE, sized=SIZED)


def test_the_bracket_by_hand(opened: Opened) -> None:
    entry, stop, target = run(execute, opened(), SNAPSHOT, choice=CHOICE, sized=SIZED)["orders"]
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
    first = run(execute, opened(), SNAPSHOT, choice=CHOICE, sized=SIZED)["orders"]
    other = SIZED.model_copy(update={"quantity": 999.0})
    assert run(execute, opened(), SNAPSHOT, choice=CHOICE, sized=other)["orders"] == first
    assert desk.journal[-1] == ("place", tuple(first))


def test_a_refusal_of_the_broker_is_a_receipt(opened: Opened, desk: Desk) -> None:
    desk.refuses = RefusedError("the account is closed")
    receipts = run(execute, opened(), SNAPSHOT, choice=CHOICE, sized=SIZED)["receipts"]
    assert {(receipt.status, receipt.reason) for receipt in receipts} == {("rejected", "the account is closed")}


def test_nothing_to_trade_is_refused_before_anything_is_committed(opened: Opened, desk: Desk) -> None:
    with pytest.raises(RefusedError, match="expected a plan that trades with a size, was buy of 0"):
        run(execute, opened(), SNAPSHOT, choice=CHOICE, sized=SIZED.model_copy(update={"quantity": 0.0}))
    assert desk.journal == []


def test_a_paper_account_needs_no_approval(opened: Opened) -> None:
    granted = run(approval, opened(), SNAPSHOT)["approval"]
    assert (granted.status, granted.by, granted.at) == ("not_needed", "policy", AS_OF)
    assert isinstance(granted.at, datetime)
