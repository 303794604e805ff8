"""How long each step takes, told to whoever listens to the decision that runs."""

from __future__ import annotations

from functools import wraps
from time import perf_counter

from langgraph.runtime import Runtime

from fks_agents._running import heard_step
from fks_agents.deps import Deps, Node
from fks_agents.state import CycleState


def timed(name: str, node: Node) -> Node:
    """The node, and its seconds, whether it ends well or not."""

    @wraps(node)
    def step(state: CycleState, runtime: Runtime[Deps]) -> CycleState:
        started = perf_counter()
        try:
            return node(state, runtime)
        finally:
            if (hear := heard_step()) is not None:
                hear(name, perf_counter() - started)

    return step
