"""Who is heard: only what rests on measured facts carries a decision, whatever anybody says.

A claim that cites nothing measured is marked so, and a report whose author was shown words from outside is marked
exposed: neither is heard in the debate, by the manager or by a persona. What is left of a decision without them is the
decision; `text_caution` of the settings lets them lower its conviction, and nothing lets them raise it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evaluators.rules.support import support_of
from fks_agents.contracts import Action, Claim, Report, Snapshot


def marked(claims: Iterable[Claim], snapshot: Snapshot) -> tuple[Claim, ...]:
    """The claims with what they rest on, whatever their author said it was."""
    facts = {fact.id: fact for fact in snapshot.facts}
    return tuple(claim.model_copy(update={"support": support_of(claim.fact_ids, facts)}) for claim in claims)


def carried(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """The claims that may carry a decision."""
    return tuple(claim for claim in claims if claim.support == "facts")


def heard(reports: Iterable[Report]) -> list[Report]:
    """Reports with a view that rests on measured facts; the others are for people to read."""
    return [
        report
        for report in reports
        if report.abstained is None and not report.is_exposed and (carried(report.claims) or not report.claims)
    ]


def cautioned(conviction: float, action: Action, reports: Sequence[Report], weight: float) -> float:
    """The conviction after what was not heard spoke against the trade: 0.5 + (c - 0.5) x (1 - weight x against).

    `against` is the sum of conviction x stance of those reports on the other side, at most 1. Never larger than before.
    """
    sign = {"buy": 1.0, "sell": -1.0}.get(action, 0.0)
    voting = {report.analyst for report in heard(reports)}
    unheard = [report for report in reports if report.abstained is None and report.analyst not in voting]
    against = min(1.0, sum(report.conviction * max(0.0, -sign * report.stance) for report in unheard))
    if conviction <= 0.5 or against == 0 or weight == 0:
        return conviction
    return min(conviction, round(0.5 + (conviction - 0.5) * (1 - weight * against), 10))
