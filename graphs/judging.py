"""What the judges of one decision may spend, by what was judged in decisions shortly before it."""

from __future__ import annotations

from datetime import datetime, timedelta

from fks_agents.llm.gates import GateError
from fks_agents.llm.purse import Purse
from fks_agents.policy import Policy
from memory.ledger import Ledger

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def purse_for(ledger: Ledger, policy: Policy, as_of: datetime) -> Purse:
    """The purse of a decision about `as_of`. Hours and days are those decisions are about; only finished ones count.

    What shut the purse is recorded with the calls it refused.
    """
    return Purse(policy.budget.tokens_per_decision, lambda: _refusal(ledger, policy, as_of))


def _refusal(ledger: Ledger, policy: Policy, as_of: datetime) -> GateError | None:
    most = policy.budget.judgements_per_hour
    if (count := len(ledger.verdicts.judgements(as_of, HOUR))) >= most:
        return GateError("budget", f"judges' budget: {count} judgements in the last hour, limit {most}")
    breaker = policy.breaker
    lately = [one.agreement for one in ledger.verdicts.judgements(as_of, DAY) if one.agreement is not None]
    counted = lately[: breaker.window]
    if len(counted) < breaker.fewest:
        return None
    agreement = sum(counted) / len(counted)
    if agreement >= breaker.least_agreement:
        return None
    return GateError(
        "breaker",
        f"judges are not asked: their agreement over the last {len(counted)} judgements is {agreement:.0%}, "
        f"expected at least {breaker.least_agreement:.0%}",
    )
