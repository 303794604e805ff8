"""Passwords: kept as Argon2id, compared in the same time whether or not the person exists."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fks_agents.errors import UsageError

SHORTEST, LONGEST = 12, 256


def generated() -> str:
    """One that nobody has to think of: 120 random bits."""
    return secrets.token_urlsafe(15)


def hashed(password: str) -> str:
    """Raises UsageError where it is too short or too long; what it was is never said."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(f"password: expected {SHORTEST} to {LONGEST} characters, was {len(password)}")
    if len(set(password)) < 5:
        raise UsageError("password: expected at least 5 different characters, was fewer")
    return _hasher().hash(password)


def fits(kept: str | None, password: str) -> bool:
    """Whether it is theirs; `None` (nobody of that name) takes as long and is never true."""
    try:
        _hasher().verify(kept or _nobody(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


@cache
def _hasher() -> PasswordHasher:
    """The library's defaults follow RFC 9106: Argon2id, 64 MiB, 3 passes."""
    return PasswordHasher()


@cache
def _nobody() -> str:
    return _hasher().hash("nobody has this password")
