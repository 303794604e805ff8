"""What is said beside the claims: a plan's reason, and why somebody has no view. It may not do what a claim may not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evaluators.reading import read
from evaluators.rules import language
from evaluators.rules._agreement import agrees
from evaluators.rules.plan import quotable
from fks_agents.contracts import Check, Plan, Report, Spoken, Turn

RULE = "remarks"


def check(spoken: Sequence[Spoken]) -> Iterator[Check]:
    for each in spoken:
        subject = _subject(each)
        for part, text in (("reason", each.reason if isinstance(each, Plan) else ""), ("abstained", each.abstained)):
            for said, what in language.forbidden_in(text or ""):
                yield _fail(f"{subject}.{part}", f"{what}: {said!r}", said)
        if isinstance(each, Plan) and _is_a_models(each):
            yield from _numbers(each, f"{subject}.reason")


def _numbers(plan: Plan, subject: str) -> Iterator[Check]:
    """Nothing is cited beside a reason: a model's may only repeat the plan's own numbers. Code's reasons are code."""
    if plan.action == "no_decision":
        return  # the message of a failed call, or words without a number: `answers` lets no other through
    reading = read(plan.reason)
    own = quotable(plan)
    for quantity in reading.quantities:
        if not any(agrees(quantity, term) for term in own):
            printed = reading.text[quantity.start : quantity.end]
            yield _fail(subject, f"states {printed} outside any claim, where it cannot be recomputed", printed)


def _is_a_models(plan: Plan) -> bool:
    return plan.model != "rules" and not plan.model.startswith("rules (")


def _subject(each: Spoken) -> str:
    match each:
        case Plan():
            return f"plan.{each.author}"
        case Report():
            return f"report.{each.analyst}"
        case Turn():
            return f"turn.{each.speaker}.{each.round}"
        case _:
            return "statement"


def _fail(subject: str, reason: str, stated: str) -> Check:
    return Check(rule=RULE, subject=subject, outcome="fail", reason=reason, stated=stated)
