"""Strategies of the engine that a file may name in place of rules: their side after each close decides."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from evaluators.backtest._part import Count, Part
from execution_core import strategies

Below1 = Annotated[float, Field(gt=0.0, lt=1.0)]


class Asmbtr(Part):
    """Long where the last moves were followed by a rise more often than not, short by a fall; flat where unsure."""

    name: Literal["asmbtr"]
    depth: Annotated[int, Field(ge=1, le=24)] = 8
    """Moves in a state."""
    decay: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0
    """Weight that is left of a state's counts at its next visit."""
    least: Count = 30
    """Observations of a state below which it is flat."""
    confidence: Below1 = 0.95
    """Of the interval that must leave out one half."""

    @property
    def native(self) -> strategies.Strategy:
        return strategies.AsmbtrOdds(self.depth, self.decay, self.least, self.confidence)


class Markov(Part):
    """Long where bull followed the present regime more often than bear, short where bear did; flat where unsure."""

    name: Literal["markov"]
    span: Count = 1
    """Bars of the returns that make a regime."""
    width: Annotated[float, Field(ge=0.0)] = 0.5
    """Root mean squares of the returns so far that a return must exceed to leave sideways."""
    least: Count = 30
    """Transitions to bull or bear below which it is flat."""
    confidence: Below1 = 0.95
    """Of the interval that must leave out one half."""

    @property
    def native(self) -> strategies.Strategy:
        return strategies.MarkovOdds(self.span, self.width, self.least, self.confidence)


class SmaCross(Part):
    """In the direction of the fast mean against the slow one, from the first crossing on."""

    name: Literal["sma_cross"]
    fast: Count = 10
    slow: Count = 50

    @model_validator(mode="after")
    def _is_faster(self) -> Self:
        if self.fast >= self.slow:
            raise ValueError(f"fast: expected less than slow {self.slow}, was {self.fast}")
        return self

    @property
    def native(self) -> strategies.Strategy:
        return strategies.SmaCross(self.fast, self.slow)


class Momentum(Part):
    """In the direction of the close against an earlier one, from the first change of sign on."""

    name: Literal["momentum"]
    slow: Count = 20
    """Bars before."""

    @property
    def native(self) -> strategies.Strategy:
        return strategies.Momentum(self.slow)


Model = Annotated[Asmbtr | Markov | SmaCross | Momentum, Field(discriminator="name")]
