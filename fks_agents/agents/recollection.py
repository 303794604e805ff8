"""What an agent learned before, and how far it should trust itself because of it.

p          = (right + 2) / (n + 4)      over its recalled lessons on this symbol, in this regime, that say whether
                                         it was right; each event counts once
conviction = conviction x min(1, 2 p)   rules views only: it shrinks where the agent was wrong more than right
"""

from __future__ import annotations

from collections.abc import Sequence

import prompts
from fks_agents.contracts import Lesson, Snapshot
from fks_agents.deps import Deps
from fks_agents.state import CycleState

_JUDGED = {True: "you were right", False: "you were wrong", None: "nothing came of it"}


def recall(state: CycleState, deps: Deps, agent: str) -> tuple[Lesson, ...]:
    """The agent's lessons learned at or before `as_of`, most useful first; none where memory is switched off."""
    if not deps.settings.memory or deps.settings.memory_lessons == 0:
        return ()
    regime = state["snapshot"].regime
    query = f"{agent} on {state['symbol']} {state['timeframe']} in a {regime} market"
    found = deps.memory.recall(state["id"], agent, query, state["as_of"], regime)
    return found[: deps.settings.memory_lessons]


def shrunk(conviction: float, lessons: Sequence[Lesson], snapshot: Snapshot) -> tuple[float, float | None]:
    """The conviction after its owner's record, and before it where the record changed it."""
    judged = [
        lesson.was_right
        for lesson in lessons
        if lesson.was_right is not None and (lesson.symbol, lesson.regime) == (snapshot.symbol, snapshot.regime)
    ]
    trust = min(1.0, 2 * (sum(judged) + 2) / (len(judged) + 4))
    after, before = round(conviction * trust, 10), round(conviction, 10)
    return after, before if after != before else None


def told(lessons: Sequence[Lesson]) -> str:
    """The lessons as a prompt shows them: what code knows of them. Their words are for people, and stay outside."""
    if not lessons:
        return "nothing yet"
    return "\n".join(
        f"{one.learned_at.date()}, {prompts.name(one.symbol)}, {one.regime} market: {_JUDGED[one.was_right]}"
        for one in lessons
    )
