"""What became of the agent's own earlier decisions. Their words are not shown: a lesson tells when, where and how."""

from __future__ import annotations

from typing import Literal

import prompts
from fks_agents.catalogue._seen import Question, Result, View

TEXT = "Your earlier decisions that taught you something: when and where, in which regime, and whether you were right."
IS_OUTSIDE = False
_RIGHT: dict[str, tuple[bool | None, ...]] = {"any": (True, False, None), "right": (True,), "wrong": (False,)}


class Arguments(Question):
    outcome: Literal["any", "right", "wrong"]


def look(arguments: Arguments, view: View) -> Result:
    chosen = [
        lesson
        for lesson in view.lessons
        if lesson.was_right in _RIGHT[arguments.outcome] and lesson.learned_at <= view.snapshot.as_of
    ]
    return Result(
        other={
            "lessons": [
                {
                    "learned_at": lesson.learned_at.date().isoformat(),
                    "symbol": prompts.name(lesson.symbol),
                    "regime": lesson.regime,
                    "was_right": lesson.was_right,
                }
                for lesson in chosen
            ]
        }
    )
