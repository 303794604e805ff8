"""How much a strategy risks: the size of a position, and what an account must keep to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from evaluators.backtest import _names
from evaluators.backtest._part import Count, Multiple, Part, Share
from execution_core import rules
from execution_core.portfolio import PortfolioLimits
from fks_agents.contracts import Positive

Rule = float | int | bool | str


class Kelly(Part):
    """A part of Kelly's fraction of equity, from the trades closed so far. Where that is nothing it trades no more."""

    share: Share = 0.5
    cap: Share = 0.25
    """Of equity, at most."""
    least: Count = 30
    """Closed trades, a win and a loss among them, before which `fraction` holds."""


class Limits(Part):
    """What all positions of the account may come to, as fractions of its equity; orders that wait count as held."""

    gross: Multiple | None = None
    """Long and short added up."""
    net: Multiple | None = None
    """Long less short, whichever is larger."""
    per_symbol: Multiple | None = None
    per_group: Multiple | None = None
    """Symbols of one group, long and short added up."""
    groups: dict[str, tuple[str, ...]] = Field(default={})
    """Symbols that move together, by a name for them."""

    @model_validator(mode="after")
    def _groups_are_apart(self) -> Self:
        members = [symbol for group in self.groups.values() for symbol in group]
        twice = sorted({symbol for symbol in members if members.count(symbol) > 1})
        if twice:
            raise ValueError(f"groups: expected each symbol in one group, was {twice[0]} in several")
        if self.groups and self.per_group is None:
            raise ValueError("groups: expected a limit per_group, was none")
        return self

    def group_of(self, symbol: str) -> str:
        return next((name for name, members in self.groups.items() if symbol in members), "")

    @property
    def fractions(self) -> PortfolioLimits:
        given = {name: getattr(self, name) for name in PortfolioLimits._fields}
        return PortfolioLimits(**{name: value for name, value in given.items() if value is not None})


def _known_rules(given: str | dict[str, Rule]) -> str | dict[str, Rule]:
    if isinstance(given, str) and not given.endswith(".toml"):
        return _names.rules(given)
    try:
        rules.load(Path(given)) if isinstance(given, str) else rules.checked(given)
    except (ValueError, OSError) as error:
        raise ValueError(f"expected the rules of an account: {error}") from error
    return given


class Risk(Part):
    sizing: Literal["fraction", "fixed_fractional", "volatility", "kelly", "fixed_r"] = "fraction"
    """fraction: that part of equity buys. fixed_fractional: it is lost between entry and stop. volatility: it is what
    one average true range makes. kelly: what the trades so far suggest buys. fixed_r: `amount` is lost at the stop."""
    fraction: Share = 1.0
    amount: Positive | None = None
    """One R, in account currency."""
    kelly: Kelly = Kelly()
    max_position: Multiple = 1.0
    """Largest value of a position, as a fraction of equity; above 1 is leverage."""
    rules: Annotated[str | dict[str, Rule], AfterValidator(_known_rules)] | None = None
    """What the account must keep to: a prop firm's rules by name, a TOML file of such rules, or the rules."""
    limits: Limits | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.sizing == "fixed_r") != (self.amount is not None):
            raise ValueError("amount: expected with sizing fixed_r, and with no other")
        return self

    @cached_property
    def account_rules(self) -> Mapping[str, Any]:
        """The rules themselves; empty where there are none."""
        if self.rules is None:
            return {}
        if isinstance(self.rules, dict):
            return rules.checked(self.rules)
        return rules.load(Path(self.rules) if self.rules.endswith(".toml") else self.rules)
