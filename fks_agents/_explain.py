"""A decision as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fks_agents.contracts import Cycle


def explain(cycle: Cycle) -> str:
    return f"{cycle.symbol} {cycle.as_of.isoformat()}: {cycle.action} ({cycle.status}): {cycle.reason}"
