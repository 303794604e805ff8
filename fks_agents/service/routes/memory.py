"""What agents have learned, searched by meaning."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from fks_agents.contracts import Lesson
from fks_agents.errors import UsageError
from fks_agents.service.inputs import Moment, Words
from fks_agents.service.people import Person, viewer
from fks_agents.service.problems import Problem, documented
from fks_agents.service.state import Held
from memory.recall import Recall

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
    desk = held.desk
    if not text.strip():
        raise UsageError("text: expected words to look for, was nothing")
    if not isinstance(desk.memory, Recall):
        raise Problem(503, "memory is switched off")
    known = desk.ledger.lessons.agents()
    if agent is not None and known and agent not in known:
        raise UsageError(f"agent: expected one of {', '.join(known)}, was {agent!r}")
    at = as_of or desk.clock.now()
    found = [each for name in ([agent] if agent else known) for each in desk.memory.query(name, text, at, count)]
    found.sort(key=lambda each: (-each.score, each.lesson.id))
    return [Found(**each._asdict()) for each in found]
