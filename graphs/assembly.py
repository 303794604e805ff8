"""From the graph's last state to the one record of the decision."""

from __future__ import annotations

from fks_agents.contracts import Action, Bite, Cycle, Plan, Spent, Status, Usage, Verdict
from fks_agents.state import CycleState
from memory.decisions import Admission


def cycle_of(
    state: CycleState, admission: Admission, seconds: float, failure: str | None, spent: tuple[Spent, ...]
) -> Cycle:
    """The cycle that `state` tells; `failure` is why the graph ended early, where an error ended it."""
    action, status, reason = _ending(state, failure)
    return Cycle(
        id=admission.id,
        symbol=admission.symbol,
        timeframe=admission.timeframe,
        as_of=admission.as_of,
        action=action,
        status=status,
        reason=reason,
        models=admission.models,
        settings_digest=admission.settings_digest,
        snapshot=state.get("snapshot"),
        research=state.get("research"),
        reports=tuple(state.get("reports", ())),
        debate=tuple(state.get("debate", ())),
        draft=state.get("draft"),
        proposals=tuple(state.get("proposals", ())),
        choice=state.get("choice"),
        sized=state.get("sized"),
        verdict=state.get("verdict") or Verdict(outcome="unscored", reason=f"nothing was judged: {reason}"),
        approval=state.get("approval"),
        orders=tuple(state.get("orders", ())),
        receipts=tuple(state.get("receipts", ())),
        lessons=tuple(state.get("lessons", ())),
        usage=Usage(spent=spent, bites=_bites(state)),
        seconds=seconds,
    )


def question(admission: Admission) -> CycleState:
    """What a graph begins with."""
    begun: CycleState = {
        "id": admission.id,
        "symbol": admission.symbol,
        "timeframe": admission.timeframe,
        "as_of": admission.as_of,
    }
    return begun if admission.proposed is None else {**begun, "proposed": admission.proposed}


def _bites(state: CycleState) -> tuple[Bite, ...]:
    """Of every gate between stages that bit, in the order of the stages."""
    drafts = [state["draft"]] if "draft" in state else []
    spoken = (*state.get("reports", ()), *state.get("debate", ()), *drafts, *state.get("proposals", ()))
    return tuple(bite for said in spoken for bite in said.bites)


def _ending(state: CycleState, failure: str | None) -> tuple[Action, Status, str]:
    choice = state.get("choice")
    if failure is not None:
        return (choice.plan.action, "refused", failure) if "sized" in state and choice else _nothing(failure)
    if "stopped" in state:
        return _nothing(state["stopped"])
    if choice is None:
        return _nothing("nobody planned")
    plan = choice.plan
    if plan.action == "no_decision":
        return _nothing(plan.abstained or plan.reason)
    verdict = state["verdict"]
    if verdict.outcome != "pass":
        return plan.action, "refused", verdict.reason
    if plan.action == "hold":
        return "hold", "hold", plan.reason
    return plan.action, *_trade(state, plan)


def _nothing(reason: str) -> tuple[Action, Status, str]:
    return "no_decision", "no_decision", reason


def _trade(state: CycleState, plan: Plan) -> tuple[Status, str]:
    """Status and reason of a plan that passed the gate."""
    sized = state["sized"]
    if sized.quantity == 0:
        return "refused", sized.limits[-1].reason if sized.limits else "the size rounds to nothing"
    approval = state["approval"]
    if approval.status not in ("not_needed", "approved"):
        unsent: dict[str, Status] = {"pending": "needs_approval", "expired": "expired", "halted": "halted"}
        return unsent.get(approval.status, "rejected"), approval.reason
    entry = next(
        receipt for order, receipt in zip(state["orders"], state["receipts"], strict=True) if order.leg == "entry"
    )
    if entry.status == "halted":
        return "halted", entry.reason
    if entry.status == "rejected":
        return "refused", f"the broker rejected the entry: {entry.reason}"
    return ("filled" if entry.status == "filled" else "working"), plan.reason
