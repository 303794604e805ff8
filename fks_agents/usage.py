"""What a decision's model calls cost, and which of the gates between its stages bit."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

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
    """Of one decision. Only `bites` enter its digest: the same decision can be paid for or read from a record."""

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


class Amount(NamedTuple):
    """Spent, held, or wanted."""

    tokens: int = 0
    seconds: float = 0.0
    money: float = 0.0

    def plus(self, other: Amount) -> Amount:
        return Amount(self.tokens + other.tokens, self.seconds + other.seconds, self.money + other.money)

    def minus(self, other: Amount) -> Amount:
        return Amount(self.tokens - other.tokens, self.seconds - other.seconds, self.money - other.money)

    def times(self, count: int) -> Amount:
        return Amount(self.tokens * count, self.seconds * count, self.money * count)


class Limits(NamedTuple):
    """The most of each; None means no limit."""

    tokens: int | None = None
    seconds: float | None = None
    money: float | None = None

    def left(self, spent: Amount, among: int = 1) -> Limits:
        """What is not spent, in equal parts."""
        return Limits(
            None if self.tokens is None else max(0, self.tokens - spent.tokens) // among,
            None if self.seconds is None else max(0.0, self.seconds - spent.seconds) / among,
            None if self.money is None else max(0.0, self.money - spent.money) / among,
        )

    def within(self, other: Limits) -> Limits:
        """The stricter of both, for each."""
        return Limits(
            min((limit for limit in (self.tokens, other.tokens) if limit is not None), default=None),
            min((limit for limit in (self.seconds, other.seconds) if limit is not None), default=None),
            min((limit for limit in (self.money, other.money) if limit is not None), default=None),
        )

    def or_share(self, left: Limits, among: int) -> Limits:
        """These; where one is not limited here, an equal part of what is left."""
        share = left.left(Amount(), among)
        return Limits(
            share.tokens if self.tokens is None else self.tokens,
            share.seconds if self.seconds is None else self.seconds,
            share.money if self.money is None else self.money,
        )

    def exceeded(self, spent: Amount, wanted: Amount) -> str | None:
        """Which limit `wanted` would pass, or None."""
        if self.tokens is not None and spent.tokens + wanted.tokens > self.tokens:
            return f"token budget: {spent.tokens} spent, {wanted.tokens} more wanted, limit {self.tokens}"
        if self.seconds is not None and (
            spent.seconds >= self.seconds or spent.seconds + wanted.seconds > self.seconds
        ):
            return f"time budget: {spent.seconds:.1f} s spent, limit {self.seconds:g} s"
        if self.money is not None and spent.money + wanted.money > self.money:
            return (
                f"money budget: {spent.money:.4f} US dollars spent, {wanted.money:.4f} more wanted, limit "
                f"{self.money:g}"
            )
        return None
