"""The connection over which a page acts: opened by our own page only, for that page only, while its session lasts."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from time import monotonic
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fks_agents.service.people import Person
from fks_agents.service.problems import Problem

_LOOKS = 2.0
"""Seconds for which a session is believed to go on; what is done asks each time by itself."""

_PLAIN = re.compile(r"[236](?:probe)?|40(?:\{[^\[\]]{0,200}\})?|41")
"""What keeps the connection itself: pings, opening and leaving."""

_EVENT = re.compile(r"42\d{0,9}(?=\[)")
"""How a message begins that asks for something."""

_REFUSED = 4_001


def is_ours(link: HTTPConnection) -> bool:
    """Whether a page of this very service opened it: any other page could make a browser send our cookie along."""
    origin = link.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc == link.headers.get("Host")


class Watched:
    """Passes a page's messages on until its session ends or it speaks for another page."""

    def __init__(self, app: ASGIApp, who: Callable[[], Person]) -> None:
        """`who` raises Problem where the session has ended."""
        self._app, self._who = app, who

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        own = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("client_id", [""])[0]
        looked = monotonic()

        async def received() -> Message:
            nonlocal looked
            message = await receive()
            if message["type"] != "websocket.receive":
                return message
            if monotonic() - looked > _LOOKS:
                if not await asyncio.to_thread(self.goes_on):
                    return await _close(send)
                looked = monotonic()
            return message if speaks_for(message.get("text") or "", own) else await _close(send)

        await self._app(scope, received, send)

    def goes_on(self) -> bool:
        """Whether the session does."""
        try:
            self._who()
        except Problem:
            return False
        return True


def speaks_for(said: str, page: str) -> bool:
    """Whether a message is for the page that the connection was opened for. The library itself does not look."""
    if _PLAIN.fullmatch(said):
        return True
    begin = _EVENT.match(said)
    if begin is None:
        return False
    try:
        parts: Any = json.loads(said[begin.end() :])
    except (ValueError, RecursionError):
        return False
    given = parts[1] if len(parts) > 1 and isinstance(parts[1], dict) else {}
    return bool(given.get("client_id") == page)


async def _close(send: Send) -> Message:
    await send({"type": "websocket.close", "code": _REFUSED, "reason": "the session is over"})
    return {"type": "websocket.disconnect", "code": _REFUSED}
