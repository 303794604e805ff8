"""The way to the pages: who has no session is sent to sign in, what no page of ours asked for is refused."""

from __future__ import annotations

import asyncio
import re
from functools import partial
from urllib.parse import quote

from fastapi import FastAPI, Request
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from fks_agents.service.auth.guard import Door
from fks_agents.service.pages import _assets
from fks_agents.service.pages._policy import Policed
from fks_agents.service.pages._socket import Watched, is_ours
from fks_agents.service.people import Guard, Person
from fks_agents.service.problems import Problem, reply

SERVICE, GUARD, PERSON = "fks.service", "fks.guard", "fks.person"
"""Where a page finds them in its request's scope: the library's application is one for the whole process. The person is
who opened the page: asking anew while it is drawn would hold up every other request."""

_WORD = re.compile(r"/[\w-]+")
"""An address that could be a page's: who is signed in is told so in the frame."""

_LIBRARY, _SOCKET = "/_nicegui/", "/_nicegui_ws/"


class Entrance:
    """Mounted below `/desk`."""

    def __init__(self, app: FastAPI, pages: ASGIApp, paths: frozenset[str], missing: str) -> None:
        """`paths` of the pages there are, as `/ideas`; `missing` is that of the one which says that there is none."""
        self._app, self._paths, self._missing = app, paths, missing
        self._pages, self._socket = Policed(pages), pages
        self._library = GZipMiddleware(pages, minimum_size=1_000, compresslevel=4)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope["path"]).removeprefix(scope.get("root_path", ""))
        scope[SERVICE], scope[GUARD] = self._app.state.service, self._app.state.guard
        if scope["type"] == "websocket":
            await self._connect(path, scope, receive, send)
            return
        answer = self._answer(path, Request(scope)) or await asyncio.to_thread(self._refusal, path, Request(scope))
        to = self._library if path.startswith(_LIBRARY) else self._pages
        await (answer or to)(scope, receive, send)

    def _answer(self, path: str, request: Request) -> Response | None:
        """What needs no session, and what there is not."""
        if request.method != "GET":
            return reply(405, f"expected GET, was {request.method}", headers={"Allow": "GET"})
        if path == "/sign-in":
            return _assets.sign_in()
        if path.startswith("/assets/"):
            kept = "v" in request.query_params
            return _assets.asset(path.removeprefix("/assets/"), is_kept=kept) or reply(404, "no such file")
        is_known = path in self._paths or path.startswith(_LIBRARY) or _WORD.fullmatch(path)
        return None if is_known else reply(404, "no such page")

    def _refusal(self, path: str, request: Request) -> Response | None:
        try:
            request.scope[PERSON] = who(request, self._app.state.guard)
            if not path.startswith(_LIBRARY):
                self._app.state.guard(request)  # counts against how often they may ask; the files of a page do not
        except Problem as problem:
            if problem.status == 401 and path in self._paths:
                return RedirectResponse(_signing_in(path, request), 303, headers={"Cache-Control": "no-store"})
            if problem.status == 401 and not path.startswith(_LIBRARY):
                return reply(404, "no such page")
            return reply(problem.status, problem.detail, headers=problem.headers)
        if path not in self._paths and not path.startswith(_LIBRARY):
            request.scope["path"] = f"{request.scope.get('root_path', '')}{self._missing}"
        return None

    async def _connect(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        link = HTTPConnection(scope)
        watched = Watched(self._socket, partial(who, link, self._app.state.guard))
        if path.startswith(_SOCKET) and is_ours(link) and await asyncio.to_thread(watched.goes_on):
            await watched(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1008})


def who(link: HTTPConnection, guard: Guard) -> Person:
    """Who is signed in, not counted as one of their requests; raises Problem."""
    return guard.person(link) if isinstance(guard, Door) else guard(link)  # type: ignore[arg-type]


def _signing_in(path: str, request: Request) -> str:
    """Relative to a page, with the way back."""
    query = request.url.query
    back = f"{path.removeprefix('/')}{'?' if query else ''}{query}"
    is_plain = re.fullmatch(r"[a-z_-]*(\?[\w=&%.:+-]*)?", back) is not None
    return f"sign-in?to={quote(back, safe='')}" if back and is_plain else "sign-in"
