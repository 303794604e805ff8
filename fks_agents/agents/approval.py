"""Who lets the order go. A paper account needs nobody."""

from __future__ import annotations

from langgraph.runtime import Runtime

from fks_agents.contracts import Approval
from fks_agents.deps import Deps
from fks_agents.state import CycleState


def approval(state: CycleState, runtime: Runtime[Deps]) -> CycleState:
    del runtime
    granted = Approval(status="not_needed", by="policy", at=state["as_of"], reason="a paper account needs no approval")
    return {"approval": granted}
