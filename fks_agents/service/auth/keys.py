"""Keys of programs: `fks_<id>_<secret>`, shown once; only a digest is kept."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest

from fks_agents.service.problems import Problem
from memory.people import Key, People, Role

PREFIX = "fks_"


def make(
    people: People, name: str, role: Role, *, by: str, at: datetime, expires_at: datetime | None = None
) -> tuple[str, Key]:
    """The whole key, which nobody can show again, and what is kept of it."""
    key_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    key = Key(
        id=key_id, name=name, role=role, secret_hash=_digest(secret), made_by=by, made_at=at, expires_at=expires_at
    )
    people.add_key(key)
    return f"{PREFIX}{key_id}_{secret}", key


def holder(people: People, given: str, now: datetime) -> Key:
    """The key that was sent. Raises Problem 401 without saying what exactly was wrong."""
    key_id, _, secret = given.removeprefix(PREFIX).partition("_")
    key = people.key(key_id) if len(given) < 200 else None
    is_right = compare_digest(key.secret_hash if key is not None else _digest(""), _digest(secret))
    if key is None or not is_right or key.revoked_at is not None or (key.expires_at and key.expires_at <= now):
        raise Problem(401, "the key is unknown, revoked or expired")
    return key


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
