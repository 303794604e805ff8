"""The node around the gate: what was said, planned and sized goes in, a verdict comes out."""

from __future__ import annotations

from langgraph.runtime import Runtime

from evaluators.gate import judge
from fks_agents.deps import Deps
from fks_agents.state import CycleState


def gate(state: CycleState, runtime: Runtime[Deps]) -> CycleState:
    plan, tick = state["choice"].plan, runtime.context.settings.tick
    reports, debate = state.get("reports", []), state.get("debate", [])
    others = [*([state["draft"]] if "draft" in state else []), *state.get("proposals", [])]
    return {"verdict": judge(state["snapshot"], reports, debate, plan, state["sized"], tick=tick, others=others)}
