"""What agents remember, as of a moment: lessons near to a question, none learned later, and what holds them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from fks_agents import _wording as say
from fks_agents.contracts import Lesson, Result
from fks_agents.errors import ConfigError, UsageError
from fks_agents.service.showing.history import line, moment
from graphs.desk import Desk
from memory.recall import Recall, Recalled

COUNTS = (3, 10, 25)
"""Lessons of each agent that a page may ask for."""

NEWEST = 10
"""Lessons that are shown where nothing is looked for."""


class Wanted(NamedTuple):
    """What the memory is asked for; empty texts ask for every agent, and for the present."""

    text: str = ""
    agent: str = ""
    as_of: str = ""
    """A day, to its end, or a moment with its zone."""
    most: int = COUNTS[0]
    """Lessons of each agent."""

    @property
    def moment(self) -> datetime | None:
        return moment("as_of", self.as_of, is_end=True)

    def address(self) -> str:
        """The query of the page that asks so."""
        given = {name: str(value) for name, value in self._asdict().items() if value and value != COUNTS[0]}
        return f"?{urlencode(given)}" if given else ""


class Row(NamedTuple):
    agent: str
    score: str
    """Similarity, and a little for what is recent; empty where nothing was looked for."""
    similarity: str
    text: str
    evidence: tuple[str, ...]
    learned_at: str
    was_right: str
    """`right`, `wrong`, or `no stance`."""
    decision_id: str
    market: str
    """`SPX, calm`."""
    outcome: str
    """Of the decision it came from."""


class Holding(NamedTuple):
    """What one agent had learned by then."""

    agent: str
    lessons: int
    newest: str
    """When it learned last, as of then; `-` where it had not."""


class Memory(NamedTuple):
    rows: tuple[Row, ...]
    holdings: tuple[Holding, ...]
    search: str
    """How many lessons there are, and how they are searched now."""
    as_of: str
    later: int
    """Lessons that were learned after that moment, and are not shown."""


def wanted(query: Mapping[str, str]) -> Wanted:
    """From the query of an address; raises UsageError naming the field."""
    text, agent, as_of, most = (query.get(name, "").strip() for name in Wanted._fields)
    for name, value in (("text", text), ("agent", agent), ("as_of", as_of)):
        line(name, value)
    if most and most not in map(str, COUNTS):
        raise UsageError(f"most: expected one of {', '.join(map(str, COUNTS))}, was {most!r}")
    found = Wanted(text, agent, as_of, int(most) if most else COUNTS[0])
    moment("as_of", as_of, is_end=True)
    return found


def nearest(desk: Desk, text: str, agent: str | None, as_of: datetime, count: int) -> list[Recalled]:
    """Of one agent or of each, the lessons nearest to `text`, best first; none learned after `as_of`.

    Raises UsageError for no words and for an agent that has learned nothing where others have, ConfigError where
    memory is switched off.
    """
    if not text.strip():
        raise UsageError("text: expected words to look for, was nothing")
    if not isinstance(desk.memory, Recall):
        raise ConfigError("memory is switched off")
    known = desk.ledger.lessons.agents()
    if agent is not None and known and agent not in known:
        raise UsageError(f"agent: expected one of {', '.join(known)}, was {agent!r}")
    found = [each for name in ([agent] if agent else known) for each in desk.memory.query(name, text, as_of, count)]
    return sorted(found, key=lambda each: (-each.score, each.lesson.id))


def told(desk: Desk, asked: Wanted) -> Memory:
    """The page that is asked for; without words the newest lessons."""
    as_of = asked.moment or desk.clock.now()
    lessons = desk.ledger.lessons
    if asked.text:
        near = nearest(desk, asked.text, asked.agent or None, as_of, asked.most)
        found = [(one.lesson, f"{one.score:.3f}", f"{one.similarity:.3f}") for one in near]
    else:
        newest = lessons.newest_of([asked.agent] if asked.agent else lessons.agents(), as_of, NEWEST)
        found = [(lesson, "", "") for lesson in newest]
    holdings = tuple(_holding(desk, agent, as_of) for agent in lessons.agents())
    return Memory(
        tuple(row(*each, desk.ledger.results.result(each[0].decision_id)) for each in found), holdings,
        desk.memory.status if isinstance(desk.memory, Recall) else "memory is switched off", say.day(as_of),
        lessons.count() - sum(holding.lessons for holding in holdings),
    )  # fmt: skip


def row(lesson: Lesson, score: str, similarity: str, result: Result | None) -> Row:
    right = {True: "right", False: "wrong", None: "no stance"}[lesson.was_right]
    return Row(
        lesson.agent, score, similarity, say.printable(lesson.text), lesson.evidence,
        say.day(lesson.learned_at), right, lesson.decision_id, f"{lesson.symbol}, {lesson.regime}", _outcome(result),
    )  # fmt: skip


def _outcome(result: Result | None) -> str:
    if result is None:
        return "outcome not known"
    moved = f"the market moved {say.percent(result.market_return, signed=True)}"
    if result.kind in ("expired", "not_traded"):
        return f"{say.spaced(result.kind)}; {moved}"
    return f"{result.kind} {say.multiple(result.r_multiple, signed=True)}; {moved}"


def _holding(desk: Desk, agent: str, as_of: datetime) -> Holding:
    count, newest = desk.ledger.lessons.held(agent, as_of)
    return Holding(agent, count, "-" if newest is None else say.day(newest))
