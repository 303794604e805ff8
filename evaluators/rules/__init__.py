"""Recomputing checks: what a claim states against the facts it cites.

    check_claims(claims, facts)      one tuple of checks, at least one for each claim

Each public module is one rule. `check_claims` needs no graph and no settings, never raises on what a claim says, and
never passes what it cannot understand.
"""

from __future__ import annotations

from collections.abc import Sequence

from evaluators.rules._claims import check_claims, check_statement
from fks_agents.contracts import Check, Outcome

__all__ = ["check_claims", "check_statement", "outcome_of"]


def outcome_of(checks: Sequence[Check]) -> Outcome:
    """Fail where any failed, else unscored where any could not be judged or there are none, else pass."""
    outcomes = {check.outcome for check in checks}
    if "fail" in outcomes:
        return "fail"
    return "unscored" if "unscored" in outcomes or not outcomes else "pass"
