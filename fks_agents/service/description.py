"""The OpenAPI document: what every route shares is said once, here, and then stands with each."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from fks_agents.service.auth.guard import COOKIE
from fks_agents.service.linking import link
from fks_agents.service.problems import documented

SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A session's token, or a key: fks_..."},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "A page's session"},
}

_OPEN = frozenset({
    "/v1/auth/login",
    "/v1/health",
    "/v1/ready",
    "/v1/webhook/discord",
    "/v1/webhook/tradingview",
    "/v1/webhook/tradingview/{token}",
})  # fmt: skip
"""Routes without a person: whoever asks is proven otherwise, or may be anybody."""


_ALLOW = {"Allow": {"description": "The methods that there are", "schema": {"type": "string"}}}


def describe(app: FastAPI) -> None:
    """Replace how the document is made."""
    made: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not made:
            made.update(_document(app))
        return made

    app.openapi = openapi  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )  # fmt: skip
    document["components"]["securitySchemes"] = SCHEMES
    for path, operations in document["paths"].items():
        for operation in operations.values():
            _complete(path, operation)
    link(document)
    return document


def _complete(path: str, operation: dict[str, Any]) -> None:
    """Who may ask, and the refusals that come before a route is reached."""
    more = {400, 405, 413} if "requestBody" in operation else {405}
    if path not in _OPEN:
        operation["security"] = [{name: []} for name in SCHEMES]
        more |= {429, 503}
    told = documented(*more)
    for status in more:
        operation["responses"].setdefault(str(status), told[status])
    operation["responses"]["405"] = told[405] | {"description": "Another method at this path", "headers": _ALLOW}
