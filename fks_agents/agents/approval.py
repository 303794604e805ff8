"""Who lets the order go: the policy where it may, else a person. A halt lets nothing go."""

from __future__ import annotations

from langgraph.runtime import Runtime
from langgraph.types import interrupt

from fks_agents.contracts import Approval
from fks_agents.deps import Deps
from fks_agents.state import CycleState


def approval(state: CycleState, runtime: Runtime[Deps]) -> CycleState:
    """Stops the graph where a person is asked; it goes on, from the start of this node, once there is an answer.

    The answer that counts is the gatekeeper's, which was recorded before the graph went on; whoever runs the graph by
    hand may give one with `Command(resume=Approval(...))`.
    """
    deps, at = runtime.context, state["as_of"]
    keeper = deps.gatekeeper
    given = keeper.answered(state["id"]) if keeper is not None else None
    if given is None and keeper is not None and (why := keeper.halted()) is not None:
        given = Approval(status="halted", by="halt", at=at, reason=why)
    if given is None:
        asked = deps.settings.policy.unattended.asks(state["sized"].risk, state["choice"].plan.conviction)
        if asked is None:
            given = Approval(status="not_needed", by="policy", at=at, reason="within what the policy lets go by itself")
        else:
            given = Approval.model_validate(interrupt({"decision": state["id"], "reason": asked}))
    return {"approval": given}
