"""Analysts: each file is one, with its rules (`view`) and the facts a model in its role is shown (`FACTS`)."""

from __future__ import annotations

from typing import Protocol

from fks_agents import _discovery
from fks_agents.agents.evidence import Abstention, View
from fks_agents.agents.reporting import reporter
from fks_agents.contracts import Snapshot
from fks_agents.deps import Node


class Rules(Protocol):
    def __call__(self, snapshot: Snapshot, /) -> View | Abstention:
        """The deterministic view of one analyst; an abstention where the facts it needs are not there."""


def names() -> tuple[str, ...]:
    return _discovery.names(__path__)


def rules(name: str) -> Rules:
    """The rules of that analyst; raises UsageError listing the known ones."""
    found: Rules = _discovery.part(__name__, __path__, "analyst", name, "view")
    return found


def analyst(name: str) -> Node:
    """A node that adds the analyst's report."""
    module = _discovery.load(__name__, __path__, "analyst", name)
    return reporter(name, module.view, module.FACTS, getattr(module, "shown", lambda _: {}))
