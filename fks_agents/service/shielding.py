"""What holds for every request and answer: headers that browsers obey, bodies neither too long nor too deep.

A body is read whole before anything looks at it: no route takes longer ones than the setting allows.
"""

from __future__ import annotations

import re

import numpy as np
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fks_agents.service.measuring import Requests
from fks_agents.service.problems import reply

DEEPEST = 64
"""Brackets within brackets that the JSON of a body may have."""

_TEXT = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
"""A text, closed or not; reads each byte once."""

_STEPS = np.zeros(256, np.int8)
_STEPS[list(b"[{")], _STEPS[list(b"]}")] = 1, -1

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""A page that needs scripts of ours sets a policy of its own."""


class Shield:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, *, most_bytes: int, requests: Requests) -> None:
        self._app, self._most, self._requests = app, most_bytes, requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._requests.follow(self._guarded, scope, receive, _with_headers(send))

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        length = headers.get("content-length", "0")
        body = b"" if length.isdecimal() and int(length) <= self._most else None
        if body is not None and ("content-length" in headers or "transfer-encoding" in headers):
            body = await _read(receive, self._most)
            receive = _again(body, receive) if body is not None else receive
        if body is None:
            refused = reply(413, f"expected a body of at most {self._most:,} bytes, was a longer one")
            await refused(scope, receive, send)
        elif "json" in headers.get("content-type", "") and is_too_deep(body):
            refused = reply(400, f"expected JSON of at most {DEEPEST} brackets within brackets, was deeper")
            await refused(scope, receive, send)
        else:
            await self._app(scope, receive, send)


async def _read(receive: Receive, most: int) -> bytes | None:
    """None where it is longer."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(parts)
        part = message.get("body", b"")
        size += len(part)
        if size > most:
            return None
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """The body in one message, then whatever comes after it."""
    given: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Message:
        return given.pop() if given else await receive()

    return received


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sent


def is_too_deep(body: bytes) -> bool:
    """Whether brackets outside texts are nested deeper than allowed."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return False
    # A million brackets take milliseconds so; one by one they would hold up every other request.
    brackets = _STEPS[np.frombuffer(_TEXT.sub(b"", body), np.uint8)]
    return int(np.cumsum(brackets, dtype=np.int32).max(initial=0)) > DEEPEST
