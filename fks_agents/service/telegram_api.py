"""Telegram's Bot API, as much as is needed of it. The token is part of every address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field, SecretStr, ValidationError

from fks_agents._redaction import redact
from fks_agents.service.posting import CallError, form, send

_LONGEST_WAIT = 300.0


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


class TelegramApi:
    def __init__(self, address: str, token: SecretStr) -> None:
        self._address, self._token = address, token

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
        body, kind = form({"chat_id": str(chat)}, {"photo": picture})
        self._call("sendPhoto", body, kind, 30.0)

    def _call(self, method: str, body: bytes, kind: str, timeout: float) -> Any:
        address = f"{self._address}/bot{self._token.get_secret_value()}/{method}"
        try:
            answer = send("POST", address, body, kind, timeout=timeout, secret=self._token)
        except CallError as error:
            raise CallError(f"{method}: {error}") from None
        return _result(method, answer.status, answer.body)


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
