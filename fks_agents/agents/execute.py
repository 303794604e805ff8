"""The bracket of a plan that passed: committed to the ledger first, then sent."""

from __future__ import annotations

from typing import Literal

from langgraph.runtime import Runtime

from fks_agents.contracts import Approval, OrderIntent, Plan, Receipt, Side, Sized, Utc
from fks_agents.deps import Deps
from fks_agents.errors import RefusedError
from fks_agents.state import CycleState


def execute(state: CycleState, runtime: Runtime[Deps]) -> CycleState:
    deps, approval = runtime.context, state["approval"]
    sized, at = approved_size(state["sized"], approval), approval.as_of or state["as_of"]
    wanted = bracket(state["id"], state["symbol"], state["choice"].plan, sized, at)
    intents = deps.intents.intend(wanted)
    return {"orders": list(intents), "receipts": list(_sent(deps, intents))}


def _sent(deps: Deps, intents: tuple[OrderIntent, ...]) -> tuple[Receipt, ...]:
    """The broker's answers. Those on record are not asked for again: a kill may have come between an answer and the end
    of this step. A halt is looked at last: it stops every order that is not with the broker already."""
    answered = {answer.client_order_id: answer for answer in deps.intents.receipts(intents[0].decision_id)}
    if all(intent.client_order_id in answered for intent in intents):
        return tuple(answered[intent.client_order_id] for intent in intents)
    keeper = deps.gatekeeper
    try:
        if keeper is not None and (why := keeper.halted()) is not None:
            return deps.broker.known(intents) or _unsent(intents, "halted", why)
        answers = deps.broker.place(intents)
    except RefusedError as refusal:
        answers = _unsent(intents, "rejected", str(refusal))
    deps.intents.receive(answers)
    return answers


def _unsent(
    intents: tuple[OrderIntent, ...], status: Literal["rejected", "halted"], reason: str
) -> tuple[Receipt, ...]:
    return tuple(Receipt(client_order_id=intent.client_order_id, status=status, reason=reason) for intent in intents)


def approved_size(sized: Sized, approval: Approval) -> Sized:
    """What a person let go: at most what the limits allowed."""
    if approval.quantity is None or approval.quantity >= sized.quantity:
        return sized
    share = approval.quantity / sized.quantity
    smaller = {"quantity": approval.quantity, "notional": sized.notional * share, "risk": sized.risk * share}
    return sized.model_copy(update=smaller)


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
