"""A claim id means one claim, and a rebuttal answers a claim of the other side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fks_agents.contracts import Check, Claim, Turn

RULE = "identity"


def check(claims: Sequence[Claim], debate: Sequence[Turn]) -> Iterator[Check]:
    known: dict[str, Claim] = {}
    for claim in claims:
        # A plan may repeat a claim word for word; another claim under the same id would make both uncheckable.
        if known.setdefault(claim.id, claim) != claim:
            yield Check(
                rule=RULE, subject=claim.id, outcome="fail", reason=f"two different claims have the id {claim.id}"
            )
    if claims and all(known[c.id] == c for c in claims):
        yield Check(
            rule=RULE, subject="claims", outcome="pass", reason=f"{len(known)} claims, each id means one of them"
        )
    for turn in debate:
        yield from _rebuttals(turn, debate)


def _rebuttals(turn: Turn, debate: Sequence[Turn]) -> Iterator[Check]:
    other = {claim.id for each in debate if each.speaker != turn.speaker for claim in each.claims}
    subject = f"{turn.speaker} round {turn.round}"
    for answered in turn.rebuts:
        if answered not in other:
            yield Check(
                rule=RULE,
                subject=subject,
                outcome="fail",
                stated=answered,
                reason=f"{subject} rebuts {answered}, which the other side never claimed",
            )
    if turn.rebuts and other.issuperset(turn.rebuts):
        yield Check(
            rule=RULE,
            subject=subject,
            outcome="pass",
            reason=f"{subject} rebuts {', '.join(turn.rebuts)} of the other side",
        )
