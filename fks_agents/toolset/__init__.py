"""The tools of the catalogue over one view, as LangGraph, CrewAI and MCP take them, and a count of their calls.

The moment is in the view: whoever builds a toolset decides what is known, and no model can ask for another time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue, ValidationError

from fks_agents import catalogue
from fks_agents.catalogue import Tool, View
from fks_agents.contracts import ToolUse
from fks_agents.errors import RefusedError, UsageError

__all__ = ["Meter", "Toolset", "schema_of"]


@dataclass(frozen=True, slots=True)
class Toolset:
    """Some tools, and the one thing they may look at. Nothing that can act is in it."""

    view: View
    names: tuple[str, ...] = field(default_factory=catalogue.names)

    def tools(self) -> tuple[Tool, ...]:
        return tuple(catalogue.get(name) for name in self.names)

    def use(self, name: str, arguments: Mapping[str, JsonValue]) -> ToolUse:
        """Raises UsageError where there is no such tool here, or it cannot be asked that."""
        if name not in self.names:
            raise UsageError(f"unknown tool {name[:40]!r}; expected one of {', '.join(self.names)}")
        tool = catalogue.get(name)
        try:
            asked = tool.arguments.model_validate(dict(arguments))
        except ValidationError as error:
            problems = error.errors(include_url=False, include_context=False, include_input=False)[:3]
            said = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'arguments'}: {each['msg']}" for each in problems)
            raise UsageError(f"tool {name}: {said}") from None
        text, ids = tool.look(asked, self.view).shown()
        return ToolUse(
            tool=name, arguments=asked.model_dump(mode="json"), result=text, fact_ids=ids, is_outside=tool.is_outside
        )


class Meter:
    """A toolset that answers `most` calls, and none twice; keeps what it answered in `uses`."""

    def __init__(self, toolset: Toolset, most: int) -> None:
        self.toolset = toolset
        self.most = most
        self.uses: list[ToolUse] = []
        self._asked: set[str] = set()
        self._count = 0

    @property
    def left(self) -> int:
        return self.most - self._count

    def use(self, name: str, arguments: Mapping[str, JsonValue]) -> ToolUse:
        """Every call counts, those that cannot be answered too.

        Raises RefusedError where none is left or this one was made before, UsageError as `Toolset.use` does.
        """
        if self.left <= 0:
            raise RefusedError(f"no call is left of {self.most}")
        asked = json.dumps([name, dict(arguments)], sort_keys=True)
        if asked in self._asked:
            raise RefusedError(f"{name[:40]} was asked the same before")
        self._asked.add(asked)
        self._count += 1
        used = self.toolset.use(name, arguments)
        self.uses.append(used)
        return used


def schema_of(tool: Tool) -> dict[str, JsonValue]:
    """JSON schema of the tool's arguments."""
    schema: dict[str, JsonValue] = tool.arguments.model_json_schema()
    schema.pop("title", None)
    return schema
