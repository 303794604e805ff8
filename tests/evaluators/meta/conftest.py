"""Judges that are wrong in known ways, and claims to try them on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from evaluators.meta.examples import Case, Example, Label
from evaluators.meta.judging import Answer, Judge, Opinion


@dataclass(frozen=True)
class Scripted:
    """Answers by id, `not_enough` to what is not in its script."""

    answers: Mapping[str, Answer]
    name: str = "scripted@1"
    is_local: bool = True

    def judge(self, case: Case) -> Opinion:
        return Opinion(answer=self.answers.get(case.id, "not_enough"), tokens=10)


@dataclass(frozen=True)
class Ruled:
    """Supports what its rule holds of."""

    rule: Callable[[Case], bool]
    name: str = "ruled@1"
    is_local: bool = True
    asked: list[str] = field(default_factory=list)

    def judge(self, case: Case) -> Opinion:
        self.asked.append(case.id)
        return Opinion(answer="supported" if self.rule(case) else "refuted")


def example(name: str, label: Label, *, kind: str = "", context: str = "", claim: str = "sales rose 5 %") -> Example:
    return Example(
        id=name, claim=claim, label=label, kind=kind, context=context, paragraphs=("Sales rose 5 %.", "Costs fell 2 %.")
    )


_: tuple[Judge, ...] = (Scripted({}), Ruled(bool))
