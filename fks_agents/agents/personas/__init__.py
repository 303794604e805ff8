"""Personas: each file is one way to trade (`PROFILE`), and re-plans the manager's draft with it.

Rules: a persona takes the draft where its conviction reaches `min_conviction` of the settings plus the profile's extra,
with its own levels and risk, and declines otherwise (`hold`). A model may decline too, or be less sure than the draft;
it can change neither direction nor levels nor risk. Drafts that do not trade pass without a word.
"""

from __future__ import annotations

from langgraph.runtime import Runtime

from fks_agents import _discovery
from fks_agents.agents.levels import Profile
from fks_agents.agents.proposing import proposal
from fks_agents.deps import Deps, Node
from fks_agents.state import CycleState


def names() -> tuple[str, ...]:
    return _discovery.names(__path__)


def profile(name: str) -> Profile:
    """The profile of that name; raises UsageError listing the known ones."""
    found: Profile = _discovery.part(__name__, __path__, "persona", name, "PROFILE")
    return found


def persona(name: str) -> Node:
    """A node that adds the persona's version of the draft to the proposals."""
    own = profile(name)

    def propose(state: CycleState, runtime: Runtime[Deps]) -> CycleState:
        if state["draft"].action not in ("buy", "sell"):
            return {"proposals": []}
        return {"proposals": [proposal(name, own, state["draft"], state["snapshot"], runtime.context)]}

    propose.__name__ = f"{name}_persona"
    return propose
