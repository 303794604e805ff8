"""The whole flow, top to bottom; read this file to know what happens."""

from __future__ import annotations

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from fks_agents import agents
from fks_agents.agents.approval import approval
from fks_agents.agents.debater import debate_goes_on, debater
from fks_agents.agents.execute import execute
from fks_agents.agents.gate import gate
from fks_agents.agents.manager import manager
from fks_agents.agents.proposal import proposal
from fks_agents.agents.reflect import reflect
from fks_agents.agents.research import research
from fks_agents.agents.risk import risk
from fks_agents.agents.selector import heard, selector
from fks_agents.agents.snapshot import snapshot
from fks_agents.deps import Deps, Node
from fks_agents.state import CycleState
from graphs.timing import timed

TradingGraph = CompiledStateGraph[CycleState, Deps, CycleState, CycleState]

ANALYSTS = tuple(f"{name}_analyst" for name in agents.analysts())
PERSONAS = tuple(f"{name}_persona" for name in agents.personas())


def enough_is_known(state: CycleState) -> list[str]:
    if "stopped" in state:
        return ["reflect"]
    if "proposed" in state:
        return ["proposal"]
    return ["research"] if state["snapshot"].documents else list(ANALYSTS)


def someone_answers(state: CycleState, runtime: Runtime[Deps]) -> str:
    deps = runtime.context
    # Rounds by rules cost nothing, and need not be saved.
    budget = deps.budget if deps.chats.get("deep") is not None else None
    return "bull" if debate_goes_on(state, deps.settings, budget) else "manager"


def personas_heard(state: CycleState) -> list[str]:
    return [f"{name}_persona" for name in heard(state["snapshot"].regime)]


def allowed(state: CycleState) -> str:
    trades = state["choice"].plan.action in ("buy", "sell") and state["sized"].quantity > 0
    return "approval" if trades and state["verdict"].outcome == "pass" else "reflect"


def approved(state: CycleState) -> str:
    return "execute" if state["approval"].status in ("not_needed", "approved") else "reflect"


def build(checkpointer: BaseCheckpointSaver[str] | None = None) -> TradingGraph:
    graph = StateGraph(CycleState, context_schema=Deps)

    def step(name: str, node: Node) -> None:
        graph.add_node(name, timed(name, node))

    step("snapshot", snapshot)
    step("research", research)
    for name in agents.analysts():
        step(f"{name}_analyst", agents.analyst(name))
    step("bull", debater("bull"))
    step("bear", debater("bear"))
    step("manager", manager)
    for name in agents.personas():
        step(f"{name}_persona", agents.persona(name))
    step("selector", selector)
    step("proposal", proposal)
    step("risk", risk)
    step("gate", gate)
    step("approval", approval)
    step("execute", execute)
    step("reflect", reflect)

    graph.add_edge(START, "snapshot")
    graph.add_conditional_edges("snapshot", enough_is_known, ["research", *ANALYSTS, "proposal", "reflect"])
    for name in ANALYSTS:
        graph.add_edge("research", name)
    graph.add_edge(list(ANALYSTS), "bull")
    graph.add_edge("bull", "bear")
    graph.add_conditional_edges("bear", someone_answers, ["bull", "manager"])
    graph.add_conditional_edges("manager", personas_heard, list(PERSONAS))
    for name in PERSONAS:
        graph.add_edge(name, "selector")
    graph.add_edge("selector", "risk")
    graph.add_edge("proposal", "risk")
    graph.add_edge("risk", "gate")
    graph.add_conditional_edges("gate", allowed, ["approval", "reflect"])
    graph.add_conditional_edges("approval", approved, ["execute", "reflect"])
    graph.add_edge("execute", "reflect")
    graph.add_edge("reflect", END)
    return graph.compile(checkpointer=checkpointer)
