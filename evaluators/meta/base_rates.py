"""How many claims are wrong where the gate stands: a gate that errs seldom still passes mostly wrong ones where hardly
any claim is right."""

from __future__ import annotations

from evaluators.audits.claims import spoken_in
from evaluators.meta.results import BaseRate
from execution_core.intervals import wilson
from memory.labels import VERDICT
from memory.ledger import Ledger

FEWEST = 30
"""Claims below which a share says too little."""
LATEST = 100
"""Decisions looked at where nobody has labelled."""


def given(value: float) -> BaseRate:
    """As stated by the user."""
    return BaseRate(value=value, low=value, high=value, claims=0, source="given")


def measured(ledger: Ledger) -> BaseRate | None:
    """From people's labels where there are enough, else from what the gate refused of what agents first said; None
    where the ledger holds too few claims."""
    words = [label.word for label in ledger.labels.standing() if label.subject != VERDICT and label.word != "unclear"]
    if len(words) >= FEWEST:
        return _rate(words.count("refuted"), len(words), "labels of people")
    wrong = total = 0
    for entry in ledger.decisions.history(limit=LATEST):
        cycle = ledger.decisions.cycle(entry.id)
        failed = {check.subject for check in cycle.verdict.checks if check.outcome == "fail"}
        claims = {claim.id for said in spoken_in(cycle) for claim in said.claims}
        # A claim that its author was asked to mend was wrong when it was first made.
        caught = {check.subject for said in spoken_in(cycle) for check in said.caught}
        wrong += len((failed | caught) & claims) + len(caught - claims)
        total += len(claims | caught)
    source = f"what the gate refused in the latest {LATEST} decisions" if total >= FEWEST else ""
    return _rate(wrong, total, source) if source else None


def _rate(wrong: int, total: int, source: str) -> BaseRate:
    low, high = wilson(wrong / total, total)
    return BaseRate(value=wrong / total, low=low, high=high, claims=total, source=f"{source} ({total} claims)")
