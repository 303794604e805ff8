"""What agents have learned, searched by meaning."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from fks_agents.contracts import Lesson
from fks_agents.service.inputs import Moment, Words
from fks_agents.service.people import Person, viewer
from fks_agents.service.problems import documented
from fks_agents.service.showing.memory import nearest
from fks_agents.service.state import Held

router = APIRouter(prefix="/ai/memory", tags=["memory"])


class Found(BaseModel):
    lesson: Lesson
    similarity: float
    """Cosine in [-1, 1]."""
    score: float
    """Similarity, and a little for what is recent."""


@router.get("/query", responses=documented(422, 503))
def query(
    held: Held,
    text: Annotated[Words, Query(description="What to look for")],
    person: Annotated[Person, viewer()],
    agent: Annotated[Words | None, Query(description="Whose memory; everyone's where left out")] = None,
    as_of: Annotated[Moment | None, Query(description="Nothing learned later is shown")] = None,
    count: Annotated[int, Query(ge=1, le=100, description="At most so many for each agent")] = 3,
) -> list[Found]:
    """Lessons nearest to a text, best first; as `fks memory query`."""
    del person
    found = nearest(held.desk, text, agent, as_of or held.desk.clock.now(), count)
    return [Found(**each._asdict()) for each in found]
