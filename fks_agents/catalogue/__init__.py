"""Tools an agent may use: each public file is one. They read what the decision was shown, and change nothing.

TEXT         what it gives, as a model reads it
IS_OUTSIDE   whether its results hold words from outside; whoever sees them has no vote
Arguments    what a model may ask for; never a time: that of the decision is the only one there is
look         (arguments, view) -> Result
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from fks_agents import _discovery
from fks_agents.catalogue._seen import Question, Result, View, row

__all__ = ["Question", "Result", "Tool", "View", "get", "names", "row"]


class Tool(NamedTuple):
    name: str
    text: str
    is_outside: bool
    arguments: type[Question]
    look: Callable[[Any, View], Result]


def names() -> tuple[str, ...]:
    return _discovery.names(__path__)


def get(name: str) -> Tool:
    """The tool of that name; raises UsageError listing the known ones."""

    def part(attribute: str) -> Any:
        return _discovery.part(__name__, __path__, "tool", name, attribute)

    return Tool(name, part("TEXT"), part("IS_OUTSIDE"), part("Arguments"), part("look"))
