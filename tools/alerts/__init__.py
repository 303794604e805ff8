"""Addresses that people are told at. A public file here takes the URLs whose scheme is its name; apprise all others.

Addresses hold secrets: nothing that is raised or logged here shows one.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Protocol

from pydantic import SecretStr

from fks_agents import _discovery
from fks_agents.errors import FksError, UsageError

ELSEWHERE = "apprise"


class Message(NamedTuple):
    title: str
    text: str
    picture: bytes | None = None
    """A PNG."""
    kind: str | None = None
    """Of what is told, like `fill`; None where it is of several kinds."""
    at: datetime | None = None
    """When what is told was written down, the newest of it."""


class NotSentError(FksError):
    """An address did not take a message; the text shows nothing of the address."""

    def __init__(self, reason: str, *, is_unclear: bool) -> None:
        """`is_unclear`: it may have arrived all the same."""
        super().__init__(reason)
        self.is_unclear = is_unclear


class Channel(Protocol):
    def send(self, message: Message) -> None:
        """Returns once the address has taken the message; raises NotSentError where it has not, or nobody knows."""


def open_channel(url: SecretStr) -> Channel:
    """The address of a URL, without asking it; raises ConfigError where it cannot be one."""
    scheme, mark, _ = url.get_secret_value().partition("://")
    if not mark:
        raise UsageError(f"expected an address like discord://... or file:///tmp/notices.jsonl, was {scheme_only(url)}")
    names = _discovery.names(__path__)
    channel: Channel = _discovery.part(
        __name__, __path__, "kind of address", scheme if scheme in names else ELSEWHERE, "open_url"
    )(url)
    return channel


def scheme_only(url: SecretStr) -> str:
    """What of an address may be shown."""
    scheme, mark, _ = url.get_secret_value().partition("://")
    return f"{scheme[:20]}://..." if mark and scheme.isalnum() else "something without a scheme"
