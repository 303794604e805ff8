"""Who takes part in a decision, and how each has done."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from fks_agents.service.people import Person, viewer
from fks_agents.service.problems import documented
from fks_agents.service.standing import Standing
from fks_agents.service.state import Held

router = APIRouter(prefix="/ai/agents", tags=["agents"])


@router.get("/status", responses=documented(422, 503))
def status(
    held: Held,
    person: Annotated[Person, viewer()],
    limit: Annotated[int, Query(ge=1, le=2_000, description="Newest decisions that are looked at")] = 200,
) -> Standing:
    """Abstentions, hits, calibration and model of each agent."""
    del person
    return held.standings.of(limit)
