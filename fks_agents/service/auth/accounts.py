"""What is done to people, whoever asks: an admin over HTTP, or whoever runs the service, from its command line."""

from __future__ import annotations

from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from fks_agents.errors import UsageError
from fks_agents.service.auth import passwords
from fks_agents.service.people import RANK
from memory.people import Account, Name, People, Role

_NAME: TypeAdapter[str] = TypeAdapter(Name)

OURS = frozenset({"clock", "halt", "policy", "recovery", "scan", "scanner", "time"})
"""Who did what no person did, as the record says it."""


def fit(name: str) -> str:
    """Raises UsageError where it is no name of a person or key."""
    if name in OURS:
        raise UsageError(f"name: expected one of a person or key, was {name!r}, which stands for what nobody asked for")
    try:
        return _NAME.validate_python(name)
    except ValidationError:
        raise UsageError(
            f"name: expected 1 to 63 small letters, digits and . _ @ -, a letter or digit first, was {name[:80]!r}"
        ) from None


def add(people: People, name: str, role: Role, password: str) -> Account:
    """Raises UsageError where the name is taken or unfit, or the password too weak."""
    account = Account(name=fit(name), role=role, password_hash=passwords.hashed(password))
    people.add(account)
    return account


def change(
    people: People,
    name: str,
    at: datetime,
    *,
    role: Role | None = None,
    password: str | None = None,
    is_disabled: bool | None = None,
) -> Account:
    """What is given; every session of theirs ends, and so do the keys they made that may do more than they may now:
    all, where they are disabled.

    Raises UsageError for an unknown name, a weak password, and where no admin would be left.
    """
    values: dict[str, object] = {}
    if role is not None:
        values["role"] = role
    if is_disabled is not None:
        values["is_disabled"] = is_disabled
    if password is not None:
        values["password_hash"] = passwords.hashed(password)
    account = people.change(name, **values)
    least = -1 if account.is_disabled else RANK[account.role]
    people.revoke_keys_of(name, at, [each for each, rank in RANK.items() if rank > least])
    return account
