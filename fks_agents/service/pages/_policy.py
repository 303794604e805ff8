"""What a page's browser may load and run, for each answer anew."""

from __future__ import annotations

import re
import secrets

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; connect-src 'self'"

SIGNING_IN = f"{_ALWAYS}; script-src 'self'; style-src 'self'; img-src 'self'"

_SCRIPT = re.compile(rb"<script(?=[\s>])")


def policy(nonce: str) -> str:
    """Scripts of our own origin, and inline ones that carry the nonce.

    `unsafe-eval`: the library compiles its components' templates in the browser and evaluates handlers that the server
    sent; without it no page shows. `unsafe-inline` styles: it writes styles into its elements.
    """
    return (
        f"{_ALWAYS}; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self'"
    )


class Policed:
    """Gives every page its policy, and the inline scripts that the library wrote into it the policy's nonce.

    What people or models wrote is in a page only as JSON whose angle brackets are escaped: no script tag is theirs.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started: Message | None = None
        body = bytearray()

        async def sent(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start" and _is_page(message):
                started = message
            elif message["type"] == "http.response.body" and started is not None:
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    await self._finish(started, bytes(body), send)
            else:
                await send(message)

        await self._app(scope, receive, sent)

    async def _finish(self, started: Message, body: bytes, send: Send) -> None:
        nonce = secrets.token_urlsafe(16)
        page = _SCRIPT.sub(f'<script nonce="{nonce}"'.encode(), body)
        headers = MutableHeaders(scope=started)
        headers["Content-Security-Policy"] = policy(nonce)
        headers["Content-Length"] = str(len(page))
        await send(started)
        await send({"type": "http.response.body", "body": page})


def _is_page(message: Message) -> bool:
    return MutableHeaders(scope=message).get("content-type", "").startswith("text/html")
