"""Who quotes which fact, which check looked at which claim, what became of it: the threads through a report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from fks_agents.contracts import Check, Claim, Cycle, Fact, Fill, Lesson, Plan, Result


@dataclass(frozen=True)
class Links:
    """Anchors are made from positions, never from a model's words."""

    cycle: Cycle
    result: Result | None = None
    fills: tuple[Fill, ...] = ()
    recalled: tuple[Lesson, ...] = ()

    @property
    def plans(self) -> tuple[Plan, ...]:
        """Every plan that was made, the judged one last where it is none of the proposals word for word."""
        made = [plan for plan in (self.cycle.draft, *self.cycle.proposals) if plan is not None]
        judged = self.cycle.plan
        return tuple(made if judged is None or judged in made else [*made, judged])

    @cached_property
    def claims(self) -> dict[str, Claim]:
        """By id; where a model used an id twice, its first use."""
        found: dict[str, Claim] = {}
        for claim in self._claims():
            found.setdefault(claim.id, claim)
        return found

    def _claims(self) -> Iterator[Claim]:
        for said in (*self.cycle.reports, *self.cycle.debate, *self.plans):
            yield from said.claims

    @cached_property
    def _claim_anchors(self) -> dict[str, str]:
        return {claim_id: f"claim-{n}" for n, claim_id in enumerate(self.claims, start=1)}

    def claim_anchor(self, claim_id: str) -> str | None:
        return self._claim_anchors.get(claim_id)

    @cached_property
    def _lesson_anchors(self) -> dict[str, str]:
        return {lesson.id: f"lesson-{n}" for n, lesson in enumerate(self.recalled, start=1)}

    def lesson_anchor(self, lesson_id: str) -> str | None:
        return self._lesson_anchors.get(lesson_id)

    @cached_property
    def facts(self) -> dict[str, Fact]:
        return {fact.id: fact for fact in self.cycle.facts}

    @cached_property
    def _ambiguous(self) -> frozenset[str]:
        """Names that facts of several timeframes have."""
        frames: dict[str, set[str | None]] = defaultdict(set)
        for fact in self.cycle.facts:
            frames[fact.name].add(fact.timeframe)
        return frozenset(name for name, own in frames.items() if len(own) > 1)

    def name_of(self, fact: Fact) -> str:
        """Its name, with its timeframe where another timeframe has a fact of that name."""
        return f"{fact.name} {fact.timeframe}" if fact.timeframe and fact.name in self._ambiguous else fact.name

    def stated(self, check: Check) -> str:
        """What was looked at: the claim's own words, or its `value`, or the part of the plan."""
        claim = self.claims.get(check.subject)
        return claim.text if claim is not None and check.rule != "values" else check.stated or ""

    def found(self, check: Check) -> str:
        """Why it came out so; beside a claim's own words its fragment is not said again."""
        said = f"says {check.stated}; "
        return check.reason.removeprefix(said) if check.stated and check.subject in self.claims else check.reason

    @cached_property
    def checks(self) -> tuple[tuple[str, Check], ...]:
        """Anchor and check; what did not pass comes first."""
        rows = [(f"check-{n}", check) for n, check in enumerate(self.cycle.verdict.checks, start=1)]
        return tuple(sorted(rows, key=lambda row: row[1].outcome == "pass"))

    def checks_of(self, claim_id: str) -> tuple[tuple[str, Check], ...]:
        return tuple(row for row in self.checks if row[1].subject == claim_id)

    @cached_property
    def _quoting(self) -> dict[str, tuple[str, ...]]:
        quoting: dict[str, tuple[str, ...]] = {}
        for claim in self.claims.values():
            for fact_id in dict.fromkeys(claim.fact_ids):
                quoting[fact_id] = (*quoting.get(fact_id, ()), claim.id)
        return quoting

    def quoted_by(self, fact_id: str) -> tuple[str, ...]:
        """Ids of the claims that cite the fact."""
        return self._quoting.get(fact_id, ())
