"""Limits: what they are, who set them; smaller risk by a trader, larger only by an admin."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from fks_agents.contracts import Fraction, NonNegative
from fks_agents.service.people import RANK, Person, trader, viewer
from fks_agents.service.problems import Problem, documented
from fks_agents.service.state import Held, Service
from graphs import limiting as limits
from memory.limits import LimitChange

router = APIRouter(prefix="/risk", tags=["risk"])


class Limits(BaseModel):
    max_position: Fraction
    max_daily_loss: Fraction
    max_drawdown: Fraction
    max_losing_streak: int
    min_seconds_between_trades: NonNegative
    min_conviction: Fraction


class Change(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"max_position": 0.1, "reason": "CPI"}]})

    max_position: Annotated[float, Field(ge=0, le=1)] | None = None
    max_daily_loss: Annotated[float, Field(ge=0, le=1)] | None = None
    max_drawdown: Annotated[float, Field(ge=0, le=1)] | None = None
    max_losing_streak: Annotated[int, Field(ge=1, le=1_000)] | None = None
    min_seconds_between_trades: Annotated[float, Field(ge=0, le=10**9)] | None = None
    min_conviction: Annotated[float, Field(ge=0, le=1)] | None = None
    reason: Annotated[str, Field(min_length=1, max_length=400, pattern=r"\S")]

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if not self.wanted():
            raise ValueError("expected at least one limit")
        return self

    def wanted(self) -> dict[limits.Limit, float]:
        given = {name: getattr(self, name) for name in limits.LIMITS}
        return {name: value for name, value in given.items() if value is not None}


class Risk(BaseModel):
    limits: Limits
    """Of the next decision; those admitted before keep to theirs."""
    settings: Limits
    """Without what was set here."""
    changes: list[LimitChange]
    """Newest first."""


@router.get("", responses=documented(503))
def risk(held: Held, person: Annotated[Person, viewer()]) -> Risk:
    del person
    return _risk(held)


@router.put("", responses=documented(400, 409, 422, 503))
def limit(held: Held, wanted: Change, person: Annotated[Person, trader()]) -> Risk:
    """From the next decision on. What allows more risk than now needs an admin."""
    ledger = held.desk.ledger
    seen = len(ledger.limits.log())
    now = limits.effective(held.settings, ledger)
    looser = [name for name, value in wanted.wanted().items() if limits.is_looser(name, limits.value(now, name), value)]
    if looser and RANK[person.role] < RANK["admin"]:
        raise Problem(403, f"{', '.join(looser)}: expected the role admin to allow more risk, was {person.role}")
    given: dict[str, float] = {str(name): value for name, value in wanted.wanted().items()}
    held.settings.having(**({str(name): value for name, value in limits.set_here(ledger).items()} | given))
    change = LimitChange(limits=given, by=person.name, at=held.desk.clock.now(), reason=wanted.reason)
    ledger.limits.change(change, after=seen)
    return _risk(held)


def _risk(held: Service) -> Risk:
    now = limits.effective(held.settings, held.desk.ledger)
    return Risk(
        limits=_shown(now), settings=_shown(held.settings), changes=list(reversed(held.desk.ledger.limits.log()))
    )  # fmt: skip


def _shown(settings: object) -> Limits:
    return Limits(**{name: getattr(settings, name) for name in Limits.model_fields})
