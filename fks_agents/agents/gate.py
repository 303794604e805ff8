"""The node around the gate: what was said, planned and sized goes in, a verdict comes out."""

from __future__ import annotations

from langgraph.runtime import Runtime

from evaluators.deciding import decide
from evaluators.gate import judge
from evaluators.judges import Means
from evaluators.submitting import submission
from fks_agents.contracts import Plan, Sized
from fks_agents.deps import JUDGES, Deps
from fks_agents.llm.families import kinship
from fks_agents.state import CycleState
from fks_agents.vocabulary import Gated


def gate(state: CycleState, runtime: Runtime[Deps]) -> CycleState:
    """The rules look at everything; judges are asked where a trade would follow."""
    plan, sized, snapshot = state["choice"].plan, state["sized"], state["snapshot"]
    deps, settings = runtime.context, runtime.context.settings
    reports, debate = state.get("reports", []), state.get("debate", [])
    others = [*([state["draft"]] if "draft" in state else []), *state.get("proposals", [])]
    verdict = judge(snapshot, reports, debate, plan, sized, tick=settings.tick, others=others)
    if plan.action not in ("buy", "sell") or sized.quantity == 0:
        return {"verdict": verdict}
    means = Means(
        chats=tuple(chat for role in JUDGES if (chat := deps.chats.get(role)) is not None),
        library=deps.library,
        seed=settings.seed,
        temperature=settings.temperature,
    )
    return {
        "verdict": decide(
            verdict,
            lambda: submission(snapshot, reports, debate, plan, others),
            settings.policy,
            _gated(deps, plan, sized),
            means,
            warnings=kinship(deps.chats),
        )
    }


def _gated(deps: Deps, plan: Plan, sized: Sized) -> Gated:
    """What a pass lets happen: a paper order that a person is asked about is one that waits for approval."""
    asked = deps.settings.policy.unattended.asks(sized.risk, plan.conviction)
    return "approval" if deps.gated == "paper" and asked is not None else deps.gated
