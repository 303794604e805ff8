"""Who may raise an alert: whoever knows the token (in the path or the body), or signs with the key. And how often."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from starlette.datastructures import Headers

from fks_agents.errors import ConfigError
from fks_agents.service.auth.limits import Limiter
from fks_agents.service.auth.signing import strong
from fks_agents.service.problems import Field, Problem
from fks_agents.service.webhook.reading import PROOF
from fks_agents.settings import Settings

SIGNATURE, TIMESTAMP = "X-Signature", "X-Timestamp"
"""`sha256=` and 64 hex digits: HMAC-SHA256, with the key, of the timestamp, a dot and the raw body. The timestamp is in
whole seconds since 1970."""

AHEAD = timedelta(seconds=60)
"""How far the sender's clock may be before ours."""

_SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})")
_SECONDS = re.compile(r"[0-9]{1,10}")
_IN_A_PATH = re.compile(r"[A-Za-z0-9._~-]+")


@dataclass(frozen=True)
class Door:
    token: str
    """Empty where none is set; then nobody comes in with one."""
    key: str
    window: timedelta
    """How old an alert may be."""
    symbols: Mapping[str, str]
    """What TradingView calls it -> what the source does."""
    senders: Limiter
    """Of one address, before anything is read."""
    alerts: Limiter
    """Of all that were proven."""

    @property
    def secrets(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.token, self.key)))

    def prove(self, headers: Headers, body: bytes, in_path: str | None, now: datetime) -> bool:
        """Whether path or signature proves who sent it. Whatever is given must be right: raises Problem 403."""
        signed = headers.getlist(SIGNATURE)
        if signed:
            self._is_signed(signed, headers.getlist(TIMESTAMP), body, now)
        if in_path is not None:
            self._is_token(in_path)
        return bool(signed) or in_path is not None

    def prove_by_body(self, said: Mapping[str, Any], *, is_proven: bool) -> None:
        """The same for the secret in the body, which is needed where nothing else was given."""
        if PROOF in said or not is_proven:
            self._is_token(said.get(PROOF))

    def is_timely(self, at: datetime, now: datetime) -> None:
        """Raises Problem 422 where an alert is too old, or from the future."""
        if not now - self.window <= at <= now + AHEAD:
            seconds = f"{self.window.total_seconds():g}"
            was = Field(field="time", expected=f"expected at most {seconds} s before now", was=at.isoformat())
            raise Problem(422, f"{was.field}: {was.expected} ({now:%Y-%m-%dT%H:%M:%SZ}), was {was.was}", errors=[was])

    def _is_signed(self, signed: list[str], stamped: list[str], body: bytes, now: datetime) -> None:
        found = _SIGNATURE.fullmatch(signed[0]) if len(signed) == 1 else None
        stamp = stamped[0] if len(stamped) == 1 and _SECONDS.fullmatch(stamped[0]) else None
        if not self.key or found is None or stamp is None:
            raise Problem(403, f"expected one {SIGNATURE} and one {TIMESTAMP} made with the webhook's key")
        if not hmac.compare_digest(found[1], signature(self.key, stamp, body)):
            raise Problem(403, f"{SIGNATURE}: expected that of this timestamp and body, was another")
        at = datetime.fromtimestamp(int(stamp), UTC)
        if not now - self.window <= at <= now + AHEAD:
            raise Problem(403, f"{TIMESTAMP}: expected at most {self.window.total_seconds():g} s before now")

    def _is_token(self, given: object) -> None:
        known = isinstance(given, str) and hmac.compare_digest(
            given.encode("utf-8", "surrogatepass"), self.token.encode()
        )
        if not self.token or not known:
            raise Problem(403, "expected the token of the webhook, was another or none")


def signature(key: str, timestamp: str, body: bytes) -> str:
    """Of a body that is sent at that timestamp, in hex."""
    return hmac.new(key.encode(), timestamp.encode() + b"." + body, sha256).hexdigest()


def open_door(settings: Settings) -> Door | None:
    """None where neither token nor key is set. Raises ConfigError where one is weak, or both are the same."""
    token, key = settings.service_webhook_token.get_secret_value(), settings.service_webhook_key.get_secret_value()
    if not token and not key:
        return None
    for name, given in (("service_webhook_token", token), ("service_webhook_key", key)):
        if given:
            strong(given, name)
    if token and not _IN_A_PATH.fullmatch(token):
        raise ConfigError("service_webhook_token: expected letters, digits and . _ ~ - only: it may stand in a path")
    if token == key:
        raise ConfigError("service_webhook_key: expected another secret than service_webhook_token")
    named = [entry.partition("=") for entry in settings.service_webhook_symbols]
    return Door(
        token=token, key=key, window=timedelta(seconds=settings.service_webhook_window),
        symbols={theirs: ours for theirs, _, ours in named},
        senders=Limiter(settings.service_webhook_sender_rate), alerts=Limiter(settings.service_webhook_rate),
    )  # fmt: skip
