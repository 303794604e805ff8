"""One file per role; each node is a function (state, runtime) -> the part of the state it learned."""

from __future__ import annotations

from fks_agents.agents.analysts import analyst, names as analysts
from fks_agents.agents.personas import names as personas, persona

__all__ = ["analyst", "analysts", "persona", "personas"]
