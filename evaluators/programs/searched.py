"""A claim without a formula."""

from __future__ import annotations

from evaluators.evidence import Evidence, Finding
from evaluators.reading.answers import Answer


def judge(answer: Answer, question: str, evidence: Evidence) -> Finding:
    del answer, question, evidence
    return Finding("not_enough", None, (), 0.0, "no program fits")
