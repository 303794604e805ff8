"""Two decisions about one snapshot, side by side: what was decided, what was claimed, and what the gate made of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from fks_agents import _wording as say
from fks_agents.contracts import Claim, Cycle, Plan, Spoken


class Difference(NamedTuple):
    subject: str
    was: str
    """Empty where the original has none."""
    now: str
    """Empty where the other has none."""


class Comparison(NamedTuple):
    original: Cycle
    other: Cycle
    """The same snapshot with another model: nothing was sent, and it is no decision of the record."""
    decision: tuple[Difference, ...]
    """Action, levels, size and verdict; then each role's view."""
    claims: tuple[Difference, ...]
    """By author, claims that only one of the two makes."""
    checks: tuple[Difference, ...]
    """What the gate found wrong in one of the two."""

    def lines(self) -> Iterator[str]:
        """As people read it."""
        yield f"{_models(self.original)} (decision {self.original.id}) -> {_models(self.other)}"
        for title, rows in (("DECIDED", self.decision), ("CLAIMED", self.claims), ("CHECKED", self.checks)):
            if rows:
                yield title
            for row in rows:
                yield f"  {row.subject}: {row.was or 'nothing'} -> {row.now or 'nothing'}"
        if not (self.decision or self.claims or self.checks):
            yield "no difference in decision, claims or checks"
        if spent := say.spent(self.other.usage):
            yield f"spent: {spent}"

    def as_json(self) -> str:
        """One JSON object: both cycles, and the three lists of differences."""
        told: dict[str, object] = {
            "original": json.loads(self.original.as_json()),
            "other": json.loads(self.other.as_json()),
        }
        for name in ("decision", "claims", "checks"):
            told[name] = [row._asdict() for row in getattr(self, name)]
        return json.dumps(told, indent=2, ensure_ascii=False)


def compared(original: Cycle, other: Cycle) -> Comparison:
    decided = [*_changed(_decided(original), _decided(other)), *_changed(_views(original), _views(other))]
    return Comparison(
        original,
        other,
        tuple(decided),
        tuple(_claims(original, other)),
        tuple(_changed(_faults(original), _faults(other))),
    )


def _changed(was: dict[str, str], now: dict[str, str]) -> Iterator[Difference]:
    for subject in dict.fromkeys((*was, *now)):
        if was.get(subject) != now.get(subject):
            yield Difference(subject, was.get(subject, ""), now.get(subject, ""))


def _decided(cycle: Cycle) -> dict[str, str]:
    told = {
        "action": say.spaced(cycle.action),
        # What the broker said differs by itself: only one of the two was sent.
        "status": "ordered" if cycle.orders else say.spaced(cycle.status),
        "gate": cycle.verdict.outcome,
    }
    if cycle.choice is not None:
        told["persona"] = cycle.choice.persona
    if cycle.sized is not None:
        told["quantity"] = say.number(cycle.sized.quantity)
    return told | ({} if cycle.plan is None else _levels(cycle.plan))


def _levels(plan: Plan) -> dict[str, str]:
    told = {"conviction": f"{plan.conviction:.2f}"}
    if plan.entry is not None and plan.stop is not None:
        targets = ", ".join(say.price(target) for target in plan.targets)
        told |= {"entry": say.price(plan.entry), "stop": say.price(plan.stop), "target": targets}
    return told


def _views(cycle: Cycle) -> dict[str, str]:
    told = {}
    for report in cycle.reports:
        view = f"{say.lean(report.stance)} {report.stance:+.2f}, conviction {report.conviction:.2f}"
        told[report.analyst] = view if report.abstained is None else "abstains"
    drafts = [] if cycle.draft is None else [cycle.draft]
    for plan in (*drafts, *cycle.proposals):
        told[plan.author] = f"{say.spaced(plan.action)}, conviction {plan.conviction:.2f}"
    return told


def _claims(original: Cycle, other: Cycle) -> Iterator[Difference]:
    was, now = _said(original), _said(other)
    for author in dict.fromkeys((*was, *now)):
        mine, theirs = was.get(author, {}), now.get(author, {})
        gone = [text for words, text in mine.items() if words not in theirs]
        new = [text for words, text in theirs.items() if words not in mine]
        yield from (Difference(author, text, "") for text in gone)
        yield from (Difference(author, "", text) for text in new)


def _said(cycle: Cycle) -> dict[str, dict[tuple[object, ...], str]]:
    """Claims by author and by what they say; an id is no part of that."""
    told: dict[str, dict[tuple[object, ...], str]] = {}
    for author, said in _spoken(cycle):
        for claim in said.claims:
            told.setdefault(author, {})[_words(claim)] = f"{claim.text} {say.cited(claim)}"
    return told


def _words(claim: Claim) -> tuple[object, ...]:
    return claim.text, claim.value, claim.unit, claim.fact_ids, claim.formula, claim.direction


def _faults(cycle: Cycle) -> dict[str, str]:
    """Checks that did not pass, by what they are about."""
    return {
        f"{check.rule} on {check.subject}": f"{check.outcome}: {check.reason}"
        for check in cycle.verdict.checks
        if check.outcome != "pass"
    }


def _spoken(cycle: Cycle) -> Iterator[tuple[str, Spoken]]:
    yield from ((report.analyst, report) for report in cycle.reports)
    yield from ((turn.speaker, turn) for turn in cycle.debate)
    yield from ((plan.author, plan) for plan in (cycle.draft, *cycle.proposals) if plan is not None)


def _models(cycle: Cycle) -> str:
    return ", ".join(sorted({name for role, name in cycle.models.items() if role in ("quick", "deep")}))
