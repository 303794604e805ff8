"""Telegram's Bot API, as much as is needed of it.

The token is part of every address. No library that logs addresses is used, and no error carries one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import HTTPException
from typing import Annotated, Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from pydantic import BaseModel, Field, SecretStr, ValidationError

from fks_agents._redaction import HIDDEN, redact

_LARGEST = 4 * 2**20
"""Bytes of an answer that are read."""

_LONGEST_WAIT = 300.0

_BOUNDARY = "fks-agents-8d1f3c5a"


class CallError(Exception):
    """A call that did not do what it should; the text shows nothing of the address."""

    def __init__(self, reason: str, *, status: int = 0, wait: float = 0.0) -> None:
        """`status` is that of the answer, 0 where there was none; `wait` the seconds Telegram asks to wait."""
        super().__init__(reason)
        self.status, self.wait = status, wait


class User(BaseModel):
    id: Annotated[int, Field(ge=1)]
    is_bot: bool = False


class Room(BaseModel):
    id: int
    type: str


class Text(BaseModel):
    date: Annotated[int, Field(ge=0, le=2**40)]
    chat: Room
    sender: Annotated[User | None, Field(alias="from")] = None
    text: str = ""


class Update(BaseModel):
    update_id: Annotated[int, Field(ge=0, le=2**62)]
    message: Text | None = None


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """The token goes to no other address."""


class TelegramApi:
    def __init__(self, address: str, token: SecretStr) -> None:
        self._address, self._token = address, token
        self._opener = build_opener(_Stay)

    @property
    def bot(self) -> str:
        """The bot's own id, which is the open part of its token."""
        return self._token.get_secret_value().partition(":")[0]

    def updates(self, offset: int, seconds: int) -> list[Update]:
        """Messages from that number on; waits up to so many seconds for the first. Raises CallError."""
        given = {"offset": offset, "timeout": seconds, "allowed_updates": ["message"]}
        found = self._call("getUpdates", json.dumps(given).encode(), "application/json", seconds + 10.0)
        if not isinstance(found, list):
            raise CallError("expected a list of updates, was something else")
        return [update for each in found if (update := _update(each)) is not None]

    def say(self, chat: int, text: str) -> None:
        """Raises CallError."""
        given = {"chat_id": chat, "text": text, "link_preview_options": {"is_disabled": True}}
        self._call("sendMessage", json.dumps(given).encode(), "application/json", 15.0)

    def show(self, chat: int, picture: bytes) -> None:
        """A PNG. Raises CallError."""
        head = (
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="chat_id"\r\n\r\n{chat}\r\n'
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="photo"; filename="chart.png"\r\n'
            "Content-Type: image/png\r\n\r\n"
        )
        body = head.encode() + picture + f"\r\n--{_BOUNDARY}--\r\n".encode()
        self._call("sendPhoto", body, f"multipart/form-data; boundary={_BOUNDARY}", 30.0)

    def _call(self, method: str, body: bytes, kind: str, timeout: float) -> Any:
        address = f"{self._address}/bot{self._token.get_secret_value()}/{method}"
        request = Request(address, body, {"Content-Type": kind}, method="POST")  # noqa: S310  the settings check it
        try:
            with self._opener.open(request, timeout=timeout) as answer:
                return _result(method, answer.status, answer.read(_LARGEST))
        except HTTPError as error:
            with error:
                return _result(method, error.code, error.read(_LARGEST))
        except (OSError, HTTPException, ValueError) as error:
            raise CallError(f"{method}: {self._clean(str(error)) or type(error).__name__}") from None

    def _clean(self, text: str) -> str:
        return redact(text.replace(self._token.get_secret_value(), HIDDEN))[:200]


def _result(method: str, status: int, body: bytes) -> Any:
    try:
        told: object = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, Mapping):
        raise CallError(f"{method}: expected JSON, was HTTP {status} with something else", status=status)
    if status == 200 and told.get("ok") is True:
        return told.get("result")
    parameters = told.get("parameters")
    wait = parameters.get("retry_after") if isinstance(parameters, Mapping) else None
    seconds = min(float(wait), _LONGEST_WAIT) if isinstance(wait, int | float) and wait > 0 else 0.0
    said = redact(str(told.get("description", "")))[:200]
    raise CallError(f"{method}: HTTP {status} {said}".rstrip(), status=status, wait=seconds)


def _update(told: object) -> Update | None:
    """What is not understood is passed over, as far as it has a number."""
    try:
        return Update.model_validate(told)
    except ValidationError:
        number = told.get("update_id") if isinstance(told, Mapping) else None
    try:
        return Update.model_validate({"update_id": number})
    except ValidationError:
        return None
