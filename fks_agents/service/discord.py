"""Commands from Discord: each request carries a signature, and is answered with what a chat shows.

Discord asks our address, so the service must be reachable from outside through HTTPS.
"""

from __future__ import annotations

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import BaseModel, Field, SecretStr

from fks_agents.errors import ConfigError
from fks_agents.service.chats import Chats
from fks_agents.service.commands import Reply, is_slow
from fks_agents.service.posting import CallError, form, send
from fks_agents.settings import Settings

_LOG = logging.getLogger("fks.chat")

OLDEST = 300.0
"""Seconds that a signed request is taken: one that was recorded opens nothing later."""

PING, COMMAND = 1, 2
PONG, MESSAGE, LATER = 1, 4, 5
_TO_THE_PERSON_ALONE = 64

Snowflake = Annotated[str, Field(pattern=r"^\d{1,20}$")]


class Who(BaseModel):
    id: Snowflake


class Member(BaseModel):
    user: Who


class Option(BaseModel):
    name: Annotated[str, Field(max_length=100)]
    value: Annotated[str, Field(max_length=6_000)] | int | float | bool = ""


class Command(BaseModel):
    name: Annotated[str, Field(max_length=100)]
    options: Annotated[list[Option], Field(max_length=25)] = []


class Interaction(BaseModel):
    """As Discord sends it; what is not named here changes nothing."""

    id: Snowflake
    type: Annotated[int, Field(ge=1, le=100)]
    application_id: Snowflake | None = None
    token: Annotated[SecretStr, Field(max_length=1_000)] | None = None
    """With it the answer can be sent later, for a quarter of an hour."""
    data: Command | None = None
    user: Who | None = None
    member: Member | None = None


class Mentions(BaseModel):
    parse: list[str] = []
    """Nobody is called, whatever the text says."""


class Shown(BaseModel):
    content: str
    flags: int = _TO_THE_PERSON_ALONE
    allowed_mentions: Mentions = Mentions()


class Later(BaseModel):
    """That an answer comes, to the person alone."""

    flags: int = _TO_THE_PERSON_ALONE


class Response(BaseModel):
    type: Literal[1, 4, 5]
    data: Shown | Later | None = None


def check(settings: Settings) -> None:
    """Raises ConfigError naming the extra where signatures are to be checked and cannot be."""
    if settings.service_discord_key:
        try:
            import cryptography  # noqa: F401
        except ModuleNotFoundError:
            raise ConfigError("service_discord_key needs cryptography: pip install 'fks-agents[alerts]'") from None


def is_signed(key: str, signature: str, timestamp: str, body: bytes, now: datetime) -> bool:
    """Whether Discord sent it, and not long ago."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 16):
        return False
    if abs(now.timestamp() - int(timestamp)) > OLDEST:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(
            bytes.fromhex(signature), timestamp.encode() + body
        )
    except (InvalidSignature, ValueError):
        return False
    return True


class Discord:
    """Answers at once what can be: Discord waits three seconds. The rest follows by a request of our own."""

    def __init__(self, chats: Chats, address: str) -> None:
        self._chats, self._address = chats, address
        self._later = ThreadPoolExecutor(1, thread_name_prefix="discord")

    def stop(self) -> None:
        """An answer under way is waited for, no other is begun."""
        self._later.shutdown(wait=True, cancel_futures=True)

    def respond(self, asked: Interaction) -> Response:
        """Do what is asked, once. Raises LedgerError."""
        if asked.type == PING:
            return Response(type=PONG)
        who = asked.user or (asked.member.user if asked.member is not None else None)
        if asked.type != COMMAND or asked.data is None or who is None:
            return _shown("Only commands are taken here.")
        text = text_of(asked.data)
        if asked.application_id is not None and asked.token is not None and is_slow(text):
            self._later.submit(self._follow, who.id, asked.id, text, asked.application_id, asked.token)
            return Response(type=LATER, data=Later())
        return _shown(_words(self._chats.heard("discord", who.id, asked.id, text)))

    def _follow(self, who: str, message: str, text: str, application: str, token: SecretStr) -> None:
        address = (
            f"{self._address}/webhooks/{application}/{quote(token.get_secret_value(), safe='')}/messages/@original"
        )
        try:
            reply = self._chats.heard("discord", who, message, text)
            drawn = reply.picture() if reply is not None and reply.picture is not None else None
            shown = json.dumps({"content": _words(reply), "allowed_mentions": {"parse": []}})
            body, kind = form({"payload_json": shown}, {} if drawn is None else {"files[0]": drawn})
            answer = send("PATCH", address, body, kind, timeout=10.0, secret=token)
            if answer.status >= 300:
                _LOG.warning("an answer was not taken by Discord: HTTP %d", answer.status)
        except CallError as error:
            _LOG.warning("an answer was not sent to Discord: %s", error)
        except Exception:
            _LOG.exception("an answer to Discord broke off")


def _words(reply: Reply | None) -> str:
    return reply.text if reply is not None else "This was answered already."


def text_of(command: Command) -> str:
    """`/fks command:pause news` and `/pause reason:news` are both `pause news`."""
    words = [str(option.value) for option in command.options]
    return " ".join(words if command.name == "fks" else [command.name, *words]) or "help"


def _shown(text: str) -> Response:
    return Response(type=MESSAGE, data=Shown(content=text))
