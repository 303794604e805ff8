"""The switch that stops every new order."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from fks_agents.service.people import Person, trader, viewer
from fks_agents.service.problems import documented
from fks_agents.service.state import Held
from memory.halts import Halt

router = APIRouter(tags=["halt"])


class Why(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reason: Annotated[str, Field(min_length=1, max_length=400, pattern=r"\S")]


class Trading(BaseModel):
    is_halted: bool
    halt: Halt | None = None


@router.get("/halt", responses=documented(503))
def halted(held: Held, person: Annotated[Person, viewer()]) -> Trading:
    del person
    halt = held.desk.ledger.halts.current()
    return Trading(is_halted=halt is not None, halt=halt)


@router.post("/halt", responses=documented(422, 503))
def halt(held: Held, why: Why, person: Annotated[Person, trader()]) -> Trading:
    """From now on no order is sent, whoever asks."""
    return _turn(held, person, why, on=True)


@router.post("/resume", responses=documented(422, 503))
def resume(held: Held, why: Why, person: Annotated[Person, trader()]) -> Trading:
    return _turn(held, person, why, on=False)


def _turn(held: Held, person: Person, why: Why, *, on: bool) -> Trading:
    turned = Halt(is_halted=on, by=person.name, at=held.desk.clock.now(), reason=why.reason)
    held.desk.ledger.halts.turn(turned)
    return Trading(is_halted=on, halt=turned if on else None)
