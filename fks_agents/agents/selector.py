"""Whose plan is taken: by regime, the account's state, and agreement. Code only.

heard      calm: all; trending: moderate, aggressive; volatile: conservative, moderate
cautious   in a volatile regime, below 5 % of drawdown, after 3 losses in a row, or where a persona that was heard
           declined: the most cautious persona that takes the trade
else       trending: the boldest that takes it; calm: moderate where it takes it, else the most cautious
nobody     no trade: the most cautious refusal is the plan
"""

from __future__ import annotations

from collections.abc import Sequence

from langgraph.runtime import Runtime

from fks_agents.contracts import AccountView, Choice, CycleState, Plan, Regime
from fks_agents.deps import Deps

HEARD: dict[Regime, tuple[str, ...]] = {
    "calm": ("conservative", "moderate", "aggressive"),
    "trending": ("moderate", "aggressive"),
    "volatile": ("conservative", "moderate"),
}
"""From the most cautious to the boldest."""

DEEP_DRAWDOWN = 0.05
LONG_STREAK = 3


def heard(regime: Regime) -> tuple[str, ...]:
    """Personas heard in that regime, the most cautious first."""
    return HEARD[regime]


def selector(state: CycleState, runtime: Runtime[Deps]) -> CycleState:
    del runtime
    draft, snapshot = state["draft"], state["snapshot"]
    if draft.action not in ("buy", "sell"):
        return {
            "choice": Choice(persona=draft.author, reason=f"nothing to choose: the draft is {draft.action}", plan=draft)
        }
    proposals = {plan.author: plan for plan in state.get("proposals", [])}
    ranked = [proposals[name] for name in heard(snapshot.regime) if name in proposals]
    return {"choice": choose(ranked, snapshot.regime, snapshot.account)}


def choose(ranked: Sequence[Plan], regime: Regime, account: AccountView) -> Choice:
    """The plan taken of at least one proposal, given from the most cautious to the boldest."""
    takers = [plan for plan in ranked if plan.action in ("buy", "sell")]
    if not takers:
        return Choice(persona=ranked[0].author, reason="no persona that was heard takes the trade", plan=ranked[0])
    why = _caution(ranked, takers, regime, account)
    if why:
        chosen, reason = takers[0], f"the most cautious that takes it, because {why}"
    elif regime == "trending":
        chosen, reason = takers[-1], "the boldest, because the market trends and all heard agree"
    else:
        chosen = next((plan for plan in takers if plan.author == "moderate"), takers[0])
        reason = "all heard agree in a calm market"
    return Choice(persona=chosen.author, reason=reason, plan=chosen)


def _caution(ranked: Sequence[Plan], takers: Sequence[Plan], regime: Regime, account: AccountView) -> str:
    if regime == "volatile":
        return "the market is volatile"
    if account.drawdown >= DEEP_DRAWDOWN:
        return f"the account is {account.drawdown:.1%} below its peak"
    if account.losing_streak >= LONG_STREAK:
        return f"the account lost {account.losing_streak} times in a row"
    if len(takers) < len(ranked):
        return "not all that were heard take it"
    return ""
