"""Whose plan is taken: by regime, the account's state, and agreement. Code only.

heard      the personas whose profile names the regime, from the least risk to the most
cautious   in a volatile regime, from 5 % of drawdown, after 3 losses in a row, or where a persona that was heard
           declined: the one of least risk that takes the trade
else       trending: the one of most risk; calm: the one in the middle
grounded   a plan whose own claims rest on nothing measured counts as declined
nobody     no trade: the refusal of the one of least risk is the plan
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from langgraph.runtime import Runtime

from evaluators.rules.support import is_grounded
from fks_agents.agents.personas import names, profile
from fks_agents.contracts import AccountView, Choice, Fact, Plan, Regime
from fks_agents.deps import Deps
from fks_agents.state import CycleState

DEEP_DRAWDOWN = 0.05
LONG_STREAK = 3


def heard(regime: Regime) -> tuple[str, ...]:
    """Personas heard in that regime, the most cautious first."""
    profiles = {name: profile(name) for name in names()}
    asked = [name for name, own in profiles.items() if regime in own.heard_in]
    return tuple(sorted(asked, key=lambda name: (profiles[name].risk, name)))


def selector(state: CycleState, runtime: Runtime[Deps]) -> CycleState:
    del runtime
    draft, snapshot = state["draft"], state["snapshot"]
    if draft.action not in ("buy", "sell"):
        return {
            "choice": Choice(persona=draft.author, reason=f"nothing to choose: the draft is {draft.action}", plan=draft)
        }
    proposals = {plan.author: plan for plan in state.get("proposals", [])}
    ranked = [proposals[name] for name in heard(snapshot.regime) if name in proposals]
    facts = {fact.id: fact for fact in snapshot.facts}
    return {"choice": choose([_or_declined(plan, facts) for plan in ranked], snapshot.regime, snapshot.account)}


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
        chosen = takers[len(takers) // 2]
        reason = "the one in the middle, because the market is calm and all heard agree"
    return Choice(persona=chosen.author, reason=reason, plan=chosen)


def _or_declined(plan: Plan, facts: Mapping[str, Fact]) -> Plan:
    if plan.action not in ("buy", "sell") or is_grounded(plan, facts):
        return plan
    reason = f"no claim of {plan.author} rests on a measured fact"
    return Plan(author=plan.author, action="hold", conviction=plan.conviction, reason=reason, model=plan.model)


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
