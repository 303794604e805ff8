"""Several answers to one question, each drawn with a seed of its own: how far they agree."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fks_agents.vocabulary import Contract, Fraction


class Samples(Contract):
    wanted: Annotated[int, Field(ge=2)]
    votes: tuple[str, ...]
    """What each answer that was drawn stands for, in the order of the seeds; `failed` where there was none."""
    agreement: Fraction
    """The share of them that the decision follows."""
    conviction: Fraction
    """As the first of these stated it, before the agreement capped it."""
    dissent: tuple[str, ...] = ()
    """Vote and reason of each of the others."""
