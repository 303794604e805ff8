"""Judges of what the rules cannot recompute; a public file here, with a function `judge`, is the judge of that name.

    get("compliance")(submission, means)      one Judgement; nothing in the submission makes it raise

A judge only ever shuts the gate: it is asked where every rule passed, and what it cannot settle is `unscored`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import NamedTuple, Protocol

from fks_agents import _discovery
from fks_agents.deps import ChatModel, Library
from fks_agents.judgements import Judgement


class Statement(NamedTuple):
    """Something an agent said."""

    id: str
    text: str
    cites: tuple[str, ...] = ()
    """Ids of evidence, as its author cited them."""


class Item(NamedTuple):
    """A piece of evidence, in words: `rsi_14 = 61.28 points (1d)`, a paragraph, a row of a table."""

    id: str
    text: str


class Submission(NamedTuple):
    """What is put before a judge: most important statements and evidence first."""

    statements: tuple[Statement, ...]
    evidence: tuple[Item, ...]
    as_of: datetime
    """Nothing newer may be retrieved."""
    question: str = ""
    """What the statements answer, where they answer one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a judge may reach."""

    chats: tuple[ChatModel, ...] = ()
    """One model, or several that judge together; none where no model is configured."""
    library: Library | None = None
    seed: int = 7
    temperature: float = 0.0
    most_tokens: int = 800
    """Of one call, prompt and reply; what does not fit is left out, least important first, and this is said."""
    quorum: float = 0.6
    """Of several models, the least share that must give the same outcome."""


class Judge(Protocol):
    def __call__(self, submission: Submission, means: Means, /) -> Judgement:
        """One judgement; `unscored`, with the reason, where a model fails or cannot be read. LedgerError passes."""


def names() -> tuple[str, ...]:
    return _discovery.names(__path__)


def get(name: str) -> Judge:
    """Raises UsageError listing the known judges."""
    judge: Judge = _discovery.part(__name__, __path__, "judge", name, "judge")
    return judge


def needs(name: str) -> frozenset[str]:
    """What the judge cannot do without: `chat`, `library`."""
    found: frozenset[str] = _discovery.part(__name__, __path__, "judge", name, "NEEDS")
    return found


def module(name: str) -> ModuleType:
    return _discovery.load(__name__, __path__, "judge", name)
