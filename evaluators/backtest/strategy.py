"""A strategy as data: when it enters and leaves, and how much it risks. This model is the truth; the JSON schema
follows from it."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    Tag,
    WithJsonSchema,
    model_validator,
)  # fmt: skip

from evaluators.backtest import _names
from evaluators.backtest._part import Count, Part
from evaluators.backtest.models import Model
from evaluators.backtest.risk import Risk
from fks_agents.contracts import Direction, Positive

FactName = Annotated[str, AfterValidator(_names.fact), Field(description="A fact that has a value on every bar")]
DetectorName = Annotated[str, AfterValidator(_names.detector), Field(description="A market-structure detector")]
LabelName = Annotated[str, AfterValidator(_names.label), Field(description="A fact that is a word on every bar")]
Parameters = Annotated[
    tuple[tuple[str, int | float | str], ...],
    BeforeValidator(_names.pairs),
    PlainSerializer(dict),
    WithJsonSchema({"type": "object"}),
]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


# --- conditions, true or false at the close of each bar


class _OfDetector(Part):
    detector: DetectorName
    kind: str | None = None
    """One of the detector's kinds of event; any where left out."""
    direction: Direction | None = None
    """Any where left out."""
    parameters: Parameters = ()
    """What the detector's factory takes; its own choice where left out."""

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        _names.kind(self.detector, self.kind)
        _names.parameters(self.detector, dict(self.parameters))
        return self


class Level(_OfDetector):
    """A number of the newest such event: none where it is older than `within` bars."""

    level: Literal["level", "far_level", "strength"] = "level"
    within: Count = 20
    """Bars, the one that confirmed the event included."""


def _kind_of_value(value: object) -> str | None:
    if isinstance(value, str):
        return "~fact"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "~number"
    return "~level" if isinstance(value, dict | Level) else None


Value = Annotated[
    Annotated[float, Tag("~number")] | Annotated[FactName, Tag("~fact")] | Annotated[Level, Tag("~level")],
    Discriminator(
        _kind_of_value,
        custom_error_type="value",
        custom_error_message="expected a number, a fact, or a level of a detector's event",
    ),
]


class Comparison(Part):
    """A fact against a number, another fact, or a level; false where one of them has no value."""

    fact: FactName
    is_: Literal["above", "below", "crosses_above", "crosses_below"] = Field(alias="is")
    """To cross is to be there after not having been there at the bar before."""
    than: Value
    times: float = 1.0
    """What `than` is multiplied by."""


class Labelled(Part):
    """A fact that is a word, against one of them or several; false where it is none."""

    fact: LabelName
    equals: str | None = None
    in_: Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(default=None, alias="in")

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        if (self.equals is None) == (self.in_ is None):
            raise ValueError("expected either equals or in")
        _names.words(self.fact, self.words, "equals" if self.in_ is None else "in")
        return self

    @property
    def words(self) -> tuple[str, ...]:
        return self.in_ or (str(self.equals),)


class Seen(_OfDetector):
    """A detector's event, confirmed within the last bars."""

    within: Count = 1
    """Bars; 1 is the one that has just closed."""


class Newest(_OfDetector):
    """The newest event of a detector, however old: the state a gate is in."""

    newest: Literal[True]


class AllOf(Part):
    all: Annotated[tuple[Condition, ...], Field(min_length=1)]


class AnyOf(Part):
    any: Annotated[tuple[Condition, ...], Field(min_length=1)]


class Not(Part):
    not_: Condition = Field(alias="not")


_KINDS: dict[str, type[Part]] = {"all": AllOf, "any": AnyOf, "not": Not, "fact": Comparison}


def _kind_of_condition(value: Any) -> str | None:
    if isinstance(value, dict):
        if "detector" in value:
            return "~newest" if "newest" in value else "~seen"
        if "fact" in value and not value.keys().isdisjoint(("equals", "in")):
            return "~label"
        return next((f"~{key}" for key in _KINDS if key in value), None)
    classes: dict[str, type[Part]] = {**_KINDS, "label": Labelled, "seen": Seen, "newest": Newest}
    return next((f"~{key}" for key, of in classes.items() if isinstance(value, of)), None)


Condition = Annotated[
    Annotated[Comparison, Tag("~fact")]
    | Annotated[Labelled, Tag("~label")]
    | Annotated[Seen, Tag("~seen")]
    | Annotated[Newest, Tag("~newest")]
    | Annotated[AllOf, Tag("~all")]
    | Annotated[AnyOf, Tag("~any")]
    | Annotated[Not, Tag("~not")],
    Discriminator(
        _kind_of_condition,
        custom_error_type="condition",
        custom_error_message="expected a condition with one of the keys fact, detector, all, any, not",
    ),
]


# --- when entries are allowed


def _is_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"expected a time zone like America/New_York{_names.near(name, available_timezones())}")
    return name


class Session(Part):
    """Hours of some days in which a bar may close that leads to an entry."""

    begin: time = time(0)
    end: time = time(0)
    """Not included; 00:00 is the end of the day. Before `begin`, it lies on the next day."""
    zone: Annotated[str, AfterValidator(_is_zone)] = "UTC"
    days: Annotated[tuple[Day, ...], Field(min_length=1)] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    """On which the hours begin."""

    @property
    def zone_info(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


# --- orders


class MarketEntry(Part):
    """At the next bar's open."""

    type: Literal["market"] = "market"


class LimitEntry(Part):
    """At a better price than the close, for a while."""

    type: Literal["limit"]
    atr: Positive
    """How much better, in average true ranges."""
    bars: Count = 3
    """Bars until it is withdrawn."""


class Distance(Part):
    """A distance from the entry: exactly one of these."""

    atr: Positive | None = None
    """In average true ranges of the bar that decided."""
    percent: Annotated[float, Field(gt=0.0, lt=100.0)] | None = None
    """Of the price."""
    volatility: Positive | None = None
    """In moves to expect: deviations of the last 20 returns, over so many bars as `over` says."""
    over: Count | None = None
    """Bars, 1 where left out; of a distance by volatility."""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        names = [name for name in type(self).model_fields if name != "over"]
        given = [name for name in names if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"expected exactly one of {', '.join(names)}, was {len(given)}")
        if self.over is not None and self.volatility is None:
            raise ValueError("over: expected with volatility alone")
        return self


class Reward(Distance):
    """A distance from the entry: exactly one of these."""

    r: Positive | None = None
    """In multiples of the distance to the stop."""


class Trail(Part):
    """A stop that follows the best price."""

    by: Distance
    after: Reward | None = None
    """How far price must have gone first; at once where left out."""


class Exit(Part):
    """Whatever comes first."""

    stop: Distance | None = None
    target: Reward | None = None
    trail: Trail | None = None
    bars: Count | None = None
    """At the open after so many bars."""
    opposite: bool = True
    """At the next open after the other side's rule, whether or not that side may enter."""
    long: Condition | None = None
    """Leaves a long position at the next open."""
    short: Condition | None = None
    """Leaves a short position at the next open."""


class Strategy(Part):
    """One position at a time in one symbol: decided at a bar's close, acted on from the next bar."""

    model_config = ConfigDict(title="fks-agents strategy")

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    text: str = ""
    """What it tests, in a line."""
    long: Condition | None = None
    """Enters long where true; where both sides are, neither enters."""
    short: Condition | None = None
    model: Model | None = None
    """In place of both rules: enters where its side changes, and leaves where it changes again."""
    forbidden: tuple[Condition, ...] = ()
    """No entry where one is true; positions are left all the same."""
    sessions: tuple[Session, ...] = ()
    """Entries only in one of them; at any time where left out."""
    entry: Annotated[MarketEntry | LimitEntry, Field(discriminator="type")] = MarketEntry()
    exit: Exit = Exit()
    risk: Risk = Risk()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        leaving = self.exit
        has_rule = self.long is not None or self.short is not None
        if has_rule == (self.model is not None):
            found = "both" if has_rule else "neither"
            raise ValueError(f"expected a rule for long, for short, or both; or a model in their place, was {found}")
        has_stop = leaving.stop is not None or leaving.trail is not None
        if self.risk.sizing in ("fixed_fractional", "fixed_r") and not has_stop:
            raise ValueError(f"risk.sizing: {self.risk.sizing} needs exit.stop or exit.trail, was neither")
        rewards = (leaving.target, leaving.trail.after if leaving.trail else None)
        if leaving.stop is None and any(reward is not None and reward.r is not None for reward in rewards):
            raise ValueError("exit: a distance in r needs exit.stop, was none")
        for side, other in (("long", "short"), ("short", "long")):
            is_left = has_stop or leaving.target or leaving.bars or getattr(leaving, side) is not None
            if getattr(self, side) is not None and not is_left and not (leaving.opposite and getattr(self, other)):
                raise ValueError(f"exit: expected a way out of a {side} position, was none")
        return self


for _model in (AllOf, AnyOf, Not, Exit, Strategy):
    _model.model_rebuild()
