"""Who judges, and what a judge answers: the same for the recomputing checker and for a language model."""

from __future__ import annotations

from typing import Literal, Protocol

from evaluators.meta.examples import Case
from fks_agents.contracts import Contract, Fraction, NonNegative

Answer = Literal["supported", "refuted", "not_enough", "failed"]
"""`not_enough` is an abstention; `failed`: the judge could not be asked, or its reply could not be read."""
ANSWERED = ("supported", "refuted")


class Opinion(Contract):
    """What a judge says of one case."""

    answer: Answer
    reason: str = ""
    stated: str = ""
    """The number the claim gives, as read."""
    computed: str = ""
    """What the evidence gives instead."""
    evidence: tuple[str, ...] = ()
    """Fact ids, cells or words that decided it."""
    score: Fraction | None = None
    """Chance that the claim is supported, where the judge gives one."""
    tokens: int = 0
    """Prompts and replies, over all calls."""
    seconds: NonNegative = 0.0
    """Wall time; part of no digest."""


class Judge(Protocol):
    @property
    def name(self) -> str:
        """`NAME@VERSION`; whatever may change an answer changes the version."""

    @property
    def is_local(self) -> bool:
        """Whether it computes here (and gains from processes) instead of waiting for a model."""

    def judge(self, case: Case) -> Opinion:
        """One opinion. What the case says never makes it raise; what cannot be asked or read is `failed`."""
