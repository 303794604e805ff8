"""What a model may answer in each role. Nobody can answer a price, a size or a stop: there is no field for it.

Lengths stand here as validators and not in the schema: limits there make some local models emit stray characters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, JsonValue, WithJsonSchema, model_validator

from evaluators.reading import read
from fks_agents.contracts import Check, Claim, Direction, Unit
from fks_agents.llm.structured import Answer

LONGEST_TEXT = 400
"""Characters of a claim or a reason."""
MOST_CLAIMS = 8


def _in_words(text: str) -> str:
    if not text.strip() or len(text) > LONGEST_TEXT:
        raise ValueError(f"expected 1 to {LONGEST_TEXT} characters, was {len(text)}")
    return text


def _without_numbers(text: str) -> str:
    if stated := read(text).quantities:
        raise ValueError(f"expected words without numbers (claims are for numbers), was a text with {len(stated)}")
    return text


def _share(value: float) -> float:
    if not 0 <= value <= 1:
        raise ValueError(f"expected a number from 0 to 1, was {value}")
    return value


def _signed(value: float) -> float:
    if not -1 <= value <= 1:
        raise ValueError(f"expected a number from -1 to 1, was {value}")
    return value


Words = Annotated[str, AfterValidator(_in_words)]
Remark = Annotated[Words, AfterValidator(_without_numbers)]
"""Nothing is cited beside it, so there is nothing to recompute a number from."""
# A grammar holds a model to words and not to a range, so the range is offered as words. Any number of it is accepted.
Share = Annotated[float, AfterValidator(_share), WithJsonSchema({"enum": [n / 20 for n in range(21)]})]
Signed = Annotated[float, AfterValidator(_signed), WithJsonSchema({"enum": [n / 10 for n in range(-10, 11)]})]

# Grammars hold a model to a pattern: where its freedom serves nothing, a small one loses itself in it. Whether an id is
# known and a formula right is still for the checks to find out.
CitedId = Annotated[str, WithJsonSchema({"type": "string", "pattern": "^F[1-9][0-9]{0,3}$"})]
Formula = Annotated[Words, WithJsonSchema({"type": "string", "pattern": "^[-+*/(),. 0-9Fabsminx]{1,80}$"})]


class SaidClaim(Answer):
    text: Words
    value: float | None
    unit: Unit | None
    fact_ids: list[CitedId]
    formula: Formula | None
    direction: Direction


def _few(claims: list[SaidClaim]) -> list[SaidClaim]:
    if len(claims) > MOST_CLAIMS:
        raise ValueError(f"expected at most {MOST_CLAIMS} claims, was {len(claims)}")
    return claims


SaidClaims = Annotated[list[SaidClaim], AfterValidator(_few)]


class Said(Answer):
    """What every role answers."""

    claims: SaidClaims


class AnalystAnswer(Said):
    """A view with its claims, or nothing. No reason to abstain is asked for: small models fill every field they are
    offered, and gave one beside a whole view."""

    stance: Signed
    conviction: Share

    @model_validator(mode="after")
    def _without_claims_there_is_no_view(self) -> Self:
        if not self.claims and (self.stance or self.conviction):
            raise ValueError("a view needs at least one claim; without one, stance and conviction are 0")
        return self

    @property
    def abstained(self) -> str | None:
        return None if self.claims else "saw no view in these facts"


class DebaterAnswer(Said):
    rebuts: list[str]


class ManagerAnswer(Said):
    action: Literal["buy", "sell", "hold", "no_decision"]
    conviction: Share
    reason: Remark

    @model_validator(mode="after")
    def _a_trade_has_a_thesis(self) -> Self:
        if self.action in ("buy", "sell") and not self.claims:
            raise ValueError(f"{self.action} needs at least one claim")
        if self.action == "no_decision" and self.claims:
            raise ValueError("no_decision has no claims")
        return self


class PersonaAnswer(Said):
    take: bool
    conviction: Share
    reason: Remark


def citing(schema: dict[str, JsonValue], ids: Sequence[str]) -> dict[str, JsonValue]:
    """The schema with every `fact_ids` held to these ids, so that none can be made up while it is decoded."""
    return {name: _citing(name, value, ids) for name, value in schema.items()}


def _citing(name: str, value: JsonValue, ids: Sequence[str]) -> JsonValue:
    if isinstance(value, list):
        return [_citing("", item, ids) for item in value]
    if not isinstance(value, dict):
        return value
    if name == "fact_ids" and ids:
        return {**value, "items": {"enum": list(ids)}}
    return citing(value, ids)


def points_elsewhere(author: str, lean: float, claims: Sequence[SaidClaim]) -> tuple[Check, ...]:
    """A failing check where the head of an answer points one way, and all its claims that point anywhere the other."""
    said = {claim.direction for claim in claims} - {"neutral"}
    own: Direction = "bullish" if lean > 0 else "bearish"
    if lean == 0 or not said or own in said:
        return ()
    (other,) = said
    reason = f"the answer is {own}, and every claim that points anywhere is {other}"
    return (Check(rule="header", subject=author, outcome="fail", reason=reason, stated=own, computed=other),)


def numbered(author: str, said: Sequence[SaidClaim], first: int = 1) -> tuple[Claim, ...]:
    """The claims as the cycle keeps them: `<author>.<n>`."""
    return tuple(
        Claim(
            id=f"{author}.{n}",
            text=claim.text,
            value=claim.value,
            unit=claim.unit,
            fact_ids=tuple(claim.fact_ids),
            formula=claim.formula,
            direction=claim.direction,
        )
        for n, claim in enumerate(said, start=first)
    )
