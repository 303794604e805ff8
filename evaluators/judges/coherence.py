"""Coherence: does the reasoning hold together?"""

from __future__ import annotations

from evaluators.judges import Judge, Means, Submission
from evaluators.judges._hearing import Question, hear
from evaluators.judges._shown import Planted
from fks_agents.judgements import Judgement

NEEDS = frozenset({"chat"})

QUESTION = Question(
    "coherence",
    Planted("Ships came in on every day of the week, and therefore no ship came in on any day of it."),
)


def judge(submission: Submission, means: Means) -> Judgement:
    return hear(QUESTION, submission, means)


_: Judge = judge
