"""The tools as CrewAI takes them; CrewAI is imported when they are made, which takes seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import prompts
from fks_agents.catalogue import Tool
from fks_agents.errors import FksError
from fks_agents.toolset import Meter

if TYPE_CHECKING:
    from crewai.tools import BaseTool


def offered(meter: Meter) -> list[BaseTool]:
    """One CrewAI tool for each; a refusal is a result that says so, the text of a result stands in a fence."""
    return [_crew_tool(tool, meter) for tool in meter.toolset.tools()]


def _crew_tool(tool: Tool, meter: Meter) -> BaseTool:
    from crewai.tools import BaseTool

    class CrewTool(BaseTool):
        def _run(self, **arguments: Any) -> str:
            try:
                return prompts.fence("tool", meter.use(tool.name, arguments).result)
            except FksError as error:
                return str(error)

    return CrewTool(name=tool.name, description=tool.text, args_schema=tool.arguments)
