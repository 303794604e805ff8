"""Every other address: Discord, Telegram, mail and whatever else apprise knows (extra `alerts`)."""

from __future__ import annotations

import logging
import re
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pydantic import SecretStr

from fks_agents._redaction import HIDDEN, redact
from fks_agents.errors import ConfigError
from tools.alerts import Channel, Message, NotSentError, scheme_only

if TYPE_CHECKING:
    import apprise

_REFUSED = re.compile(r"\berror=4\d\d\b")
"""What apprise says where an address answered that it does not take the message."""

_CALLS = re.compile(r"@(?=everyone|here)|<(?=[@#:])")
"""What would call a whole room together; our texts quote words from outside."""

_TELLING = Lock()
"""One message at a time: what apprise tells of it is read off its log."""


class AppriseChannel:
    def __init__(self, address: apprise.Apprise, secret: SecretStr) -> None:
        self._address, self._secret = address, secret

    def send(self, message: Message) -> None:
        title, text = (_CALLS.sub(lambda found: f"{found[0]}\N{ZERO WIDTH SPACE}", part) for part in message[:2])
        with _TELLING, _heard() as told, tempfile.TemporaryDirectory() as folder:
            attached = None
            if message.picture is not None:
                attached = str(Path(folder) / "chart.png")
                Path(attached).write_bytes(message.picture)
            try:
                is_sent = bool(self._address.notify(body=text or title, title=title, attach=attached))
            except Exception as error:  # of a hundred plug-ins, each with libraries of its own
                told.append(f"{type(error).__name__}: {error}")
                is_sent = False
        if not is_sent:
            reason = _without(self._secret, "; ".join(told)) or "no reason was given"
            raise NotSentError(reason[:400], is_unclear=_REFUSED.search(reason) is None) from None


def open_url(url: SecretStr) -> AppriseChannel:
    """Raises ConfigError naming the extra where apprise is missing, and where it knows no such address."""
    try:
        import apprise
    except ModuleNotFoundError as error:
        if error.name != "apprise":
            raise
        raise ConfigError(f"{scheme_only(url)} needs apprise: pip install 'fks-agents[alerts]'") from None
    asset: Any = apprise.AppriseAsset()
    asset.app_id = asset.app_desc = "fks-agents"
    asset.app_url, asset.image_url_mask, asset.image_url_logo, asset.async_mode = "", "", "", False
    address = apprise.Apprise(asset=asset)
    with _TELLING, _heard(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the libraries that its plug-ins find here
        is_known = address.add(url.get_secret_value())
    if not is_known:
        raise ConfigError(f"{scheme_only(url)}: expected an address that apprise can read, was another")
    return AppriseChannel(address, url)


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What apprise warns of while the block runs; no line of its own, or of its HTTP library, gets any further."""
    ear = _Ear()
    loggers = [logging.getLogger(name) for name in ("apprise", "urllib3.connectionpool")]
    for logger in loggers:
        logger.addFilter(ear)
    try:
        yield ear.told
    finally:
        for logger in loggers:
            logger.removeFilter(ear)


class _Ear(logging.Filter):
    """Those lines name parts of addresses; what matters of them is in our own."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno >= logging.WARNING:
            self.told.append(record.getMessage())
        return False


def _without(secret: SecretStr, text: str) -> str:
    """The text with every part of the address taken out, as it stands there and as it is meant."""
    whole = secret.get_secret_value()
    parts = {part for form in (whole, unquote(whole)) for part in re.split(r"[/:@?&=#\s]+", form.partition("://")[2])}
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= 4:
            text = text.replace(part, HIDDEN)
    return redact(text)


_: type[Channel] = AppriseChannel
