"""The dashboard on our application. Its library is one for the whole process, so one dashboard runs at a time."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse

from fks_agents import _discovery
from fks_agents._redaction import redact
from fks_agents.errors import ConfigError, FksError
from fks_agents.service import pages
from fks_agents.service.problems import Problem

if TYPE_CHECKING:
    from fks_agents.service.pages._frame import Page, Visit

AT = "/desk"

_LOG = logging.getLogger("fks.service")

_RUNNING = Lock()

_START = """
    app.use(Quasar, {config: vue_config});
    Quasar.lang.set(Quasar.lang[language.replace('-', '')]);
    Quasar.Dark.set(fksTheme.isDark());
"""
"""The theme is the browser's own; see assets/theme.js."""


def mount(app: FastAPI) -> None:
    """Add the pages and the way to them; they run while the application runs.

    Raises ConfigError naming the extra where their library is not installed.
    """
    try:
        from nicegui import app as library

        from fks_agents.service.pages import _missing
        from fks_agents.service.pages._entrance import Entrance
    except ModuleNotFoundError as error:
        raise ConfigError(f"the dashboard needs {error.name}: pip install 'fks-agents[serve]'") from error
    _configure()
    known = _register()

    def to_desk() -> RedirectResponse:
        return RedirectResponse(f"{AT}/", 307)

    for path in ("/", AT):
        app.add_api_route(path, to_desk, include_in_schema=False)
    paths = frozenset(f"/{page.path}" for page in known)
    app.mount(AT, Entrance(app, library, paths, f"/{_missing.PAGE.path}"))
    without = app.router.lifespan_context

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[Any]:
        async with without(app) as state, _running():
            yield state

    app.router.lifespan_context = life


@asynccontextmanager
async def _running() -> AsyncIterator[None]:
    """Raises ConfigError where another dashboard runs in this process."""
    from nicegui import Client, app as library

    if not _RUNNING.acquire(blocking=False):
        raise ConfigError("a dashboard runs in this process already; start the other one in a process of its own")
    try:
        async with library.router.lifespan_context(library):
            try:
                yield
            finally:
                for client in list(Client.instances.values()):
                    client.delete()
    finally:
        _RUNNING.release()


def _configure() -> None:
    from nicegui import app as library

    from fks_agents.service.pages._assets import content

    icon = (content("icon.svg") or b"").decode()
    library.config.add_run_config(
        reload=False, title="fks-agents", viewport="width=device-width, initial-scale=1", favicon=icon, dark=None,
        language="en-US", binding_refresh_interval=None, reconnect_timeout=20.0, message_history_length=1_000,
        tailwind=False, unocss=None, prod_js=True, show_welcome_message=False, markdown=False,
    )  # fmt: skip
    library.config.vue_config_script = _START
    library.config.quasar_config["loadingBar"]["skipHijack"] = True
    # Only the connection whose opening tells its origin: the other way is a POST like any site can send.
    library.config.socket_io_js_transports = ["websocket"]


def _register() -> tuple[Page, ...]:
    """Every page there is, in the order of the navigation."""
    from nicegui import ui

    from fks_agents.service.pages import _missing

    modules = [import_module(f"{pages.__name__}.{name}") for name in _discovery.names(pages.__path__)]
    known: tuple[Page, ...] = tuple(
        sorted((module.PAGE for module in modules), key=lambda page: (page.place, page.title))
    )
    for module in (*modules, _missing):
        ui.page(f"/{module.PAGE.path}", response_timeout=15.0)(_builder(module.PAGE, module.show, known))
    return known


def _builder(
    page: Page, show: Callable[[Visit], Awaitable[None]], known: tuple[Page, ...]
) -> Callable[[Request], Awaitable[None]]:
    from nicegui import ui

    from fks_agents.service.pages._entrance import GUARD, PERSON, SERVICE
    from fks_agents.service.pages._frame import Visit, draw, text
    from fks_agents.service.pages._visit import enough

    async def build(request: Request) -> None:
        visit = Visit(request.scope[SERVICE], request.scope[PERSON], page, request.scope[GUARD], request)
        begin = draw(visit, known)
        try:
            enough(visit.person, page.role)
            await show(visit)
        except (FksError, Problem) as error:
            text("p", f"This page cannot be shown: {redact(str(error))}", "bad").props["role"] = "alert"
        except Exception:
            _LOG.exception("page %r", page.path)
            ui.context.client.status_code = 500
            text("p", "This page has a defect; the service's log says more.", "bad").props["role"] = "alert"
        begin()

    return build
