"""Factual consistency: does the evidence bear out what is said?"""

from __future__ import annotations

from evaluators.judges import Judge, Means, Submission
from evaluators.judges._hearing import Question, hear
from evaluators.judges._shown import Planted
from fks_agents.judgements import Judgement

NEEDS = frozenset({"chat"})

QUESTION = Question(
    "factual_consistency",
    Planted("The harbour log counts 40 ships that day.", "The harbour log of that day counts 12 ships."),
)


def judge(submission: Submission, means: Means) -> Judgement:
    return hear(QUESTION, submission, means)


_: Judge = judge
