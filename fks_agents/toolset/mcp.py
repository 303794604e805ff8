"""The tools as the Model Context Protocol lists and calls them: plain dictionaries and one function, no SDK needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydantic import JsonValue

from fks_agents.errors import FksError
from fks_agents.toolset import Meter, schema_of

Served = Callable[[str, Mapping[str, JsonValue]], dict[str, JsonValue]]


def listed(meter: Meter) -> list[dict[str, JsonValue]]:
    """What `tools/list` answers: name, description, inputSchema, and the hint that nothing is changed."""
    return [
        {
            "name": tool.name,
            "description": tool.text,
            "inputSchema": schema_of(tool),
            "annotations": {"readOnlyHint": True, "openWorldHint": tool.is_outside},
        }
        for tool in meter.toolset.tools()
    ]


def called(meter: Meter) -> Served:
    """What `tools/call` does: one text item, or one that says why not, with `isError`."""

    def call(name: str, arguments: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        try:
            text, is_error = meter.use(name, arguments).result, False
        except FksError as error:
            text, is_error = str(error), True
        return {"content": [{"type": "text", "text": text}], "isError": is_error}

    return call
