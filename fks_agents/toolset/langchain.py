"""The tools as LangChain and LangGraph take them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import prompts
from fks_agents.catalogue import Tool
from fks_agents.errors import FksError
from fks_agents.toolset import Meter

if TYPE_CHECKING:
    from langchain_core.tools import StructuredTool


def offered(meter: Meter) -> list[StructuredTool]:
    """One `StructuredTool` for each; a refusal is a result that says so, the text of a result stands in a fence."""
    return [_structured(tool, meter) for tool in meter.toolset.tools()]


def _structured(tool: Tool, meter: Meter) -> StructuredTool:
    from langchain_core.tools import StructuredTool

    def use(**arguments: Any) -> str:
        try:
            return prompts.fence("tool", meter.use(tool.name, arguments).result)
        except FksError as error:
            return str(error)

    return StructuredTool.from_function(
        func=use, name=tool.name, description=tool.text, args_schema=tool.arguments, infer_schema=False
    )
