"""What the gate asks for, as data: which checks and judges decide over which action. Closed where nothing is said."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, JsonValue, ValidationError, field_validator, model_validator

from fks_agents._unfit import in_a_line
from fks_agents.errors import ConfigError
from fks_agents.vocabulary import Contract, Fraction, Gated, Utc

SHIPPED = Path(__file__).with_name("policy.toml")

Share = Annotated[float, Field(gt=0.0, le=1.0)]
Names = tuple[Annotated[str, Field(min_length=1)], ...]


class Terms(Contract):
    """What one action needs."""

    checks: Names = ("all",)
    """Rules of the gate that decide; `all`, or their names. The others are run and shown."""
    judges: Names = ()
    """Judges that decide: one that fails is a veto, and of all of them `quorum` must pass."""
    demand: Literal["always", "configured"] = "always"
    """`configured`: a judge that lacks what it needs (a model, documents) is not asked for."""
    quorum: Share = 1.0
    """Least share of the judges that must pass; the others may at most be unscored."""
    threshold: Fraction = 0.5
    """Score below which a pass does not count."""
    opinions: Names = ()
    """Judges that are asked and shown, where they have what they need, and decide nothing."""

    @field_validator("checks", "judges", "opinions")
    @classmethod
    def _once(cls, named: Names) -> Names:
        if twice := sorted({name for name in named if named.count(name) > 1}):
            raise ValueError(f"expected each name once, was {', '.join(twice)} twice")
        return named

    @model_validator(mode="after")
    def _one_part_each(self) -> Self:
        if both := sorted(set(self.judges) & set(self.opinions)):
            raise ValueError(f"expected each judge in `judges` or in `opinions`, was {', '.join(both)} in both")
        if not self.checks:
            raise ValueError('checks: expected ["all"] or names of rules, was []')
        if "all" in self.checks and len(self.checks) > 1:
            raise ValueError('checks: expected ["all"] alone or names of rules, was both')
        return self

    @property
    def asked(self) -> Names:
        """Everyone who is asked, those who decide first."""
        return (*self.judges, *self.opinions)

    def decides(self, rule: str) -> bool:
        return "all" in self.checks or rule in self.checks


class Unattended(Contract):
    """When an order that holds goes out by itself; else a person is asked."""

    below_risk: Fraction = 1.0
    """Most of the equity that may be lost at the stop."""
    above_conviction: Fraction = 0.0
    """Least conviction of the plan."""

    def asks(self, risk: float, conviction: float) -> str | None:
        """Why a person is asked, or None."""
        if risk > self.below_risk:
            return f"{risk:.2%} of the equity is at risk, a person is asked above {self.below_risk:.2%}"
        if conviction < self.above_conviction:
            return f"conviction is {conviction:.2f}, a person is asked below {self.above_conviction:.2f}"
        return None


class Models(Contract):
    """How several judge models become one judge."""

    quorum: Share = 0.6
    """Least share of them that must give the same outcome; else the judge is unscored."""


class Allowance(Contract):
    """What judging may cost."""

    tokens_per_decision: Annotated[int, Field(ge=1_000)] = 8_000
    judgements_per_hour: Annotated[int, Field(ge=1)] = 100
    """Of decisions whose `as_of` lies within one hour."""


class Breaker(Contract):
    """When judges are not believed any more."""

    least_agreement: Fraction = 0.7
    """Mean agreement (of both orders, of several models) below which judges are not asked."""
    window: Annotated[int, Field(ge=1)] = 30
    """Newest judgements that count; none older than a day, by the decisions' `as_of`."""
    fewest: Annotated[int, Field(ge=1)] = 10
    """With fewer judgements nothing is said of their agreement."""


class Validation(Contract):
    """That a judge was measured before it may decide: what `fks bench judge` found."""

    judge: str
    model: str
    """The judge model it was measured with."""
    sets: Names
    """Names of the data sets."""
    cases: Annotated[int, Field(ge=100)]
    balanced_accuracy: Fraction
    measured_at: Utc


class Policy(Contract):
    name: str
    paper: Terms | None = None
    approval: Terms | None = None
    live: Terms | None = None
    unattended: Unattended = Unattended()
    models: Models = Models()
    budget: Allowance = Allowance()
    breaker: Breaker = Breaker()
    least_balanced_accuracy: Fraction = 0.7
    """Of a judge that may decide only after it was measured."""
    validated: tuple[Validation, ...] = ()

    @model_validator(mode="after")
    def _live_is_whole(self) -> Self:
        if self.live is not None and self.live.checks != ("all",):
            raise ValueError(f'live.checks: expected ["all"], was {list(self.live.checks)}')
        if self.live is not None and (not self.live.judges or self.live.demand != "always"):
            raise ValueError('live: expected at least one judge and demand = "always"')
        return self

    def terms(self, action: Gated) -> Terms | None:
        """None where the action is closed."""
        terms: Terms | None = getattr(self, action)
        return terms


@cache
def shipped() -> Policy:
    return load(SHIPPED)


def load(path: Path) -> Policy:
    """Read a policy; raises ConfigError naming the file and every key that does not fit."""
    try:
        return Policy.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(f"policy {path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"policy {path}: not TOML: {error}") from error
    except ValidationError as error:
        raise ConfigError(f"policy {path}: {'; '.join(map(_line, error.errors(include_url=False)))}") from None


def schema() -> dict[str, JsonValue]:
    """JSON schema of a policy file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Policy.model_json_schema()}


def _line(problem: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in problem["loc"])
    return f"unknown key {where!r}" if problem["type"] == "extra_forbidden" else in_a_line(problem)
