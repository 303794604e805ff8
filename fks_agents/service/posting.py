"""Requests to chats whose addresses hold a secret: no library that logs addresses, no redirect, no error with one."""

from __future__ import annotations

from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from pydantic import SecretStr

from fks_agents._redaction import HIDDEN, redact

_LARGEST = 4 * 2**20
"""Bytes of an answer that are read."""

_BOUNDARY = "fks-agents-8d1f3c5a"


class CallError(Exception):
    """A call that did not do what it should; the text shows nothing of the address."""

    def __init__(self, reason: str, *, status: int = 0, wait: float = 0.0) -> None:
        """`status` is that of the answer, 0 where there was none; `wait` the seconds we are asked to wait."""
        super().__init__(reason)
        self.status, self.wait = status, wait


class Answer(NamedTuple):
    status: int
    body: bytes


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """The secret goes to no other address."""


_OPENER = build_opener(_Stay)


def send(
    method: str, address: str, body: bytes, content_type: str, *, timeout: float, secret: SecretStr
) -> Answer:  # fmt: skip
    """Whatever is answered; raises CallError where nothing is. `secret` stands in the address."""
    headers = {"Content-Type": content_type, "User-Agent": "fks-agents"}
    request = Request(address, body, headers, method=method)  # noqa: S310  the settings check it
    try:
        with _OPENER.open(request, timeout=timeout) as answer:
            return Answer(answer.status, answer.read(_LARGEST))
    except HTTPError as error:
        with error:
            return Answer(error.code, error.read(_LARGEST))
    except (OSError, HTTPException, ValueError) as error:
        told = redact(str(error).replace(secret.get_secret_value(), HIDDEN))[:200]
        raise CallError(told or type(error).__name__) from None


def form(fields: dict[str, str], files: dict[str, bytes]) -> tuple[bytes, str]:
    """A multipart body with PNGs, and its content type."""
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    parts += [
        (
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="chart.png"\r\n'
            "Content-Type: image/png\r\n\r\n"
        ).encode()
        + data
        + b"\r\n"
        for name, data in files.items()
    ]
    return b"".join([*parts, f"--{_BOUNDARY}--\r\n".encode()]), f"multipart/form-data; boundary={_BOUNDARY}"
