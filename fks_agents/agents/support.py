"""What a statement rests on, and so whether it has a say: measured facts, or the words of others.

Facts counted in headlines are words of others too. A claim that cites nothing else is marked `text` and a report whose
author was shown outside words is marked exposed: neither is heard in the debate, by the manager or by a persona. What
is left of a decision without them is the decision; `text_caution` of the settings lets them lower its conviction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fks_agents.contracts import Action, Claim, Fact, Report, Snapshot
from fks_agents.outside import Support
from tools.indicators import headlines

COUNTED_IN_TEXT = frozenset(name for name, *_ in headlines.FACTS)
"""Names of facts that whoever writes headlines decides."""


def support_of(fact_ids: Iterable[str], facts: Sequence[Fact]) -> Support:
    """`facts` where at least one cited fact was measured; `text` where all that are known were counted in text."""
    names = {fact.id: fact.name for fact in facts}
    cited = [names[identity] for identity in fact_ids if identity in names]
    if any(name not in COUNTED_IN_TEXT for name in cited):
        return "facts"
    return "text" if cited else "nothing"


def marked(claims: Iterable[Claim], snapshot: Snapshot) -> tuple[Claim, ...]:
    """The claims with what they rest on, whatever their author said it was."""
    return tuple(claim.model_copy(update={"support": support_of(claim.fact_ids, snapshot.facts)}) for claim in claims)


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
    return round(0.5 + (conviction - 0.5) * (1 - weight * against), 10)
