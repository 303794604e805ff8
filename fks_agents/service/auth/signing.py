"""The secret that sessions are signed with: given by whoever runs the service, or made once and kept in its home."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from math import log2
from pathlib import Path

from fks_agents.errors import ConfigError, LedgerError

LEAST_BYTES = 32
LEAST_BITS = 96.0
"""Shannon's entropy of the characters times their number: what repeated or counted-up characters do not reach."""

_KNOWN = ("secret", "password", "changeme", "change-me", "your-256-bit", "example", "default", "fks-agents", "12345")


def signing_key(given: str, home: Path) -> bytes:
    """The given secret, or the one kept in `home`. Raises ConfigError where it is weak; never says what it was."""
    return strong(given, "service_secret") if given else _kept(home / "service.key")


def strong(given: str, setting: str) -> bytes:
    """The bytes of a secret; raises ConfigError naming its setting where it is weak."""
    raw = given.encode()
    if len(raw) < LEAST_BYTES:
        raise ConfigError(f"{setting}: expected at least {LEAST_BYTES} bytes, was {len(raw)}")
    if any(word in given.lower() for word in _KNOWN):
        raise ConfigError(f"{setting}: expected random characters, was one with a well-known word in it")
    counts = Counter(given)
    bits = -sum(count * log2(count / len(given)) for count in counts.values())
    if bits < LEAST_BITS:
        raise ConfigError(f"{setting}: expected at least {LEAST_BITS:g} bits of chance, was about {bits:.0f}")
    return raw


def _kept(path: Path) -> bytes:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            kept = path.read_bytes()
        else:
            kept = secrets.token_bytes(LEAST_BYTES)
            with os.fdopen(descriptor, "wb") as file:
                file.write(kept)
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        raise LedgerError(f"cannot keep the service's secret in {path}: {error.strerror}") from error
    if len(kept) < LEAST_BYTES:
        raise ConfigError(f"{path}: expected {LEAST_BYTES} bytes, was {len(kept)}; delete it to have a new one made")
    return kept
