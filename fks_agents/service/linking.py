"""Links of the OpenAPI document: what an answer's `id` can be used for next."""

from __future__ import annotations

from typing import Any

_GIVES = "x-gives"


def gives(parameter: str) -> dict[str, Any]:
    """For `openapi_extra`: the `id` of the answer is that path parameter of other routes."""
    return {_GIVES: parameter}


def link(document: dict[str, Any]) -> None:
    """Write the links beside each answer that gives an id: one to every route that takes it."""
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    for operation in operations:
        if (parameter := operation.pop(_GIVES, None)) is None:
            continue
        takers = [taker["operationId"] for taker in operations if parameter in _parameters(taker)]
        for status, answer in operation["responses"].items():
            if status.startswith("2"):
                answer["links"] = {
                    taker: {"operationId": taker, "parameters": {parameter: "$response.body#/id"}} for taker in takers
                }


def _parameters(operation: dict[str, Any]) -> set[str]:
    return {each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"}
