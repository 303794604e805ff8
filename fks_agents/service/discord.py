"""Commands from Discord: each request carries a signature, and is answered with what a chat shows.

Discord asks our address, so the service must be reachable from outside through HTTPS.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from fks_agents.errors import ConfigError
from fks_agents.service.chats import Chats
from fks_agents.settings import Settings

OLDEST = 300.0
"""Seconds that a signed request is taken: one that was recorded opens nothing later."""

PING, COMMAND = 1, 2
PONG, MESSAGE = 1, 4
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


class Response(BaseModel):
    type: Literal[1, 4]
    data: Shown | None = None


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


def respond(asked: Interaction, chats: Chats) -> Response:
    """Do what is asked, once. Raises LedgerError."""
    if asked.type == PING:
        return Response(type=PONG)
    who = asked.user or (asked.member.user if asked.member is not None else None)
    if asked.type != COMMAND or asked.data is None or who is None:
        return _shown("Only commands are taken here.")
    reply = chats.heard("discord", who.id, asked.id, text_of(asked.data))
    # Pictures would need a second request from here; the chat has the words.
    return _shown(reply.text if reply is not None else "This was answered already.")


def text_of(command: Command) -> str:
    """`/fks command:pause news` and `/pause reason:news` are both `pause news`."""
    words = [str(option.value) for option in command.options]
    return " ".join(words if command.name == "fks" else [command.name, *words]) or "help"


def _shown(text: str) -> Response:
    return Response(type=MESSAGE, data=Shown(content=text))
