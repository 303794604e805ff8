"""The bracket of a plan that passed: committed to the ledger first, then sent."""

from __future__ import annotations

from typing import Literal

from langgraph.runtime import Runtime

from fks_agents.contracts import OrderIntent, Plan, Receipt, Side, Sized, Utc
from fks_agents.deps import Deps
from fks_agents.errors import RefusedError
from fks_agents.state import CycleState


def execute(state: CycleState, runtime: Runtime[Deps]) -> CycleState:
    deps = runtime.context
    wanted = bracket(state["id"], state["symbol"], state["choice"].plan, state["sized"], state["as_of"])
    intents = deps.intents.intend(wanted)
    try:
        receipts = deps.broker.place(intents)
    except RefusedError as refusal:
        receipts = tuple(
            Receipt(client_order_id=intent.client_order_id, status="rejected", reason=str(refusal))
            for intent in intents
        )
    return {"orders": list(intents), "receipts": list(receipts)}


def bracket(decision_id: str, symbol: str, plan: Plan, sized: Sized, at: Utc) -> tuple[OrderIntent, ...]:
    """Entry, stop and target of a plan that trades; the same decision always gives the same three."""
    if plan.action not in ("buy", "sell") or plan.entry is None or plan.stop is None or sized.quantity == 0:
        raise RefusedError(f"expected a plan that trades with a size, was {plan.action} of {sized.quantity:g}")
    out: Side = "sell" if plan.action == "buy" else "buy"

    def leg(
        name: Literal["entry", "stop", "target"], side: Side, kind: Literal["limit", "stop"], price: float
    ) -> OrderIntent:
        return OrderIntent(
            client_order_id=OrderIntent.id_for(decision_id, name),
            decision_id=decision_id,
            leg=name,
            symbol=symbol,
            side=side,
            type=kind,
            quantity=sized.quantity,
            price=price,
            placed_at=at,
            expires_at=plan.expires_at if name == "entry" else None,
            horizon=plan.horizon if name == "entry" else 0,
            reduce_only=name != "entry",
        )

    return (
        leg("entry", "buy" if plan.action == "buy" else "sell", "limit", plan.entry),
        leg("stop", out, "stop", plan.stop),
        leg("target", out, "limit", plan.targets[0]),
    )
