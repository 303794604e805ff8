"""What a decision's model calls cost, and which of the gates between its stages bit."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fks_agents.vocabulary import Contract, NonNegative

Count = Annotated[int, Field(ge=0)]

Phase = Literal["context", "prompt", "attempts", "breaker", "budget"]
"""context: the facts or views a role needs are there. prompt: it is short enough. attempts: an answer could be read.
breaker: the model has not just failed several times. budget: tokens, seconds and money are left."""

Effect = Literal["not_asked", "trimmed", "repaired", "gave_up", "fewer_samples", "fewer_rounds", "rules"]


class Bite(Contract):
    """One gate between stages that did not just let a role pass."""

    phase: Phase
    role: str
    effect: Effect
    """`not_asked`, `gave_up`: the role has no view of its own. `rules`: its rules stand in for its model."""
    reason: str


class Spent(Contract):
    """Calls of one role, as far as they are on record."""

    role: str
    calls: Count = 0
    """Those answered from another decision's record included; refusals by budget or breaker are none."""
    cached: Count = 0
    """Of them, answered from another decision's record: they cost nothing."""
    failures: Count = 0
    """Of them, without a usable reply."""
    input_tokens: Count = 0
    output_tokens: Count = 0
    seconds: NonNegative = 0.0
    """Waited for the model, summed over calls that may have run side by side."""
    money: NonNegative | None = 0.0
    """US dollars by the price list that came with the installation; None where it does not know a model's price."""


class Usage(Contract):
    """Of one decision. Not part of its digest but for `bites`: the same decision can be paid for or read from a record."""

    spent: tuple[Spent, ...] = ()
    """By role, sorted."""
    bites: tuple[Bite, ...] = ()
    """In the order of the stages."""

    @property
    def calls(self) -> int:
        return sum(role.calls for role in self.spent)

    @property
    def cached(self) -> int:
        return sum(role.cached for role in self.spent)

    @property
    def failures(self) -> int:
        return sum(role.failures for role in self.spent)

    @property
    def tokens(self) -> int:
        return sum(role.input_tokens + role.output_tokens for role in self.spent)

    @property
    def seconds(self) -> float:
        return sum(role.seconds for role in self.spent)

    @property
    def money(self) -> float | None:
        """US dollars; None where the price of any call is unknown."""
        paid = [role.money for role in self.spent]
        return None if None in paid else sum(amount for amount in paid if amount is not None)
