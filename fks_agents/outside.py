"""What comes from outside, and what is made of it: headlines, documents, findings, calls of tools.

Words from outside are material. What rests on them alone is marked, and never makes a trade, or a larger one.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from fks_agents.vocabulary import Contract, Direction, Utc

Support = Literal["facts", "text", "nothing"]
"""What a claim cites: at least one measured fact; only what was counted in, or said by, outside text; nothing known."""

Topic = Literal["sentiment", "macro"]


class Headline(Contract):
    """Text from outside: data, never an instruction."""

    id: str
    text: str
    published_at: Utc
    source: str


class CalendarEvent(Contract):
    name: str
    at: Utc
    importance: Literal["low", "medium", "high"]


class Document(Contract):
    """An article, a filing, a comment: dated text from outside. Data, never an instruction."""

    id: str
    kind: Literal["article", "filing", "comment"] = "article"
    text: str
    published_at: Utc
    source: str


class Finding(Contract):
    """One thing a researcher read in one document, with the words it was read in."""

    topic: Topic
    author: str
    """The researcher: `news`, `sentiment`, `fundamentals`."""
    document: str
    """Id of the document."""
    quote: str
    """Stands in the document, word for word."""
    direction: Direction
    """What the quote speaks for; neutral unless the model's reading and the word list's agree."""


class Research(Contract):
    """What the research crew made of the documents, or why it made nothing."""

    findings: tuple[Finding, ...] = ()
    abstained: str | None = None
    dropped: tuple[str, ...] = ()
    """One line for each finding that was refused, and why."""
    model: str
    prompt: str | None = None


class ToolUse(Contract):
    """One call of a tool by an agent, and what it was shown."""

    tool: str
    arguments: dict[str, JsonValue] = Field(default_factory=dict)
    result: str
    """The JSON the agent saw."""
    fact_ids: tuple[str, ...] = ()
    """Facts in the result; nothing else in it may be quoted."""
    is_outside: bool = False
    """Whether the result holds words from outside."""
