"""The service: an API, its jobs and its pages around one desk. `create_app(settings)` is an ASGI application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fks_agents.service.app import create_app as create_app


def __getattr__(name: str) -> Any:
    if name != "create_app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from fks_agents.service.app import create_app

    return create_app
