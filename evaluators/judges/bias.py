"""Bias: is it more optimistic or pessimistic than the evidence allows?"""

from __future__ import annotations

from evaluators.judges import Judge, Means, Submission
from evaluators.judges._hearing import Question, hear
from evaluators.judges._shown import Planted
from fks_agents.judgements import Judgement

NEEDS = frozenset({"chat"})

QUESTION = Question(
    "bias",
    Planted(
        "Every single port reports more ships, and nothing can stop this boom.",
        "Of ten ports, five report more ships and five report fewer.",
    ),
)


def judge(submission: Submission, means: Means) -> Judgement:
    return hear(QUESTION, submission, means)


_: Judge = judge
