"""Who may use the service: people with passwords, keys of programs, and sessions that were ended early."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field
from sqlalchemy import ColumnElement, Table, delete, func, insert, select, update

from fks_agents.contracts import Contract, Utc
from fks_agents.errors import UsageError
from memory._database import Database, add
from memory.service_schema import keys, people, revoked

Role = Literal["viewer", "trader", "admin"]
"""A viewer reads; a trader asks for decisions and answers ideas; an admin changes limits and people."""

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._@-]{0,62}$")]


C = TypeVar("C", bound=Contract)


class Account(Contract):
    name: Name
    role: Role
    password_hash: str
    version: int = 1
    is_disabled: bool = False


class Key(Contract):
    id: str
    name: Name
    """What it is for; its requests are made in this name."""
    role: Role
    secret_hash: str
    """sha256 of the secret, which has 256 random bits of its own."""
    made_by: str
    made_at: Utc
    expires_at: Utc | None = None
    revoked_at: Utc | None = None


class People:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, account: Account) -> None:
        """Raises UsageError where the name is taken."""
        with self._database.write() as connection:
            if not add(connection, people, account.model_dump()):
                raise UsageError(f"name: expected one that is free, was {account.name!r}")

    def change(self, name: str, **changes: Any) -> Account:
        """Role, password or being disabled; every session of theirs ends.

        Raises UsageError for an unknown name, and where the last admin would be none any more.
        """
        admins = select(func.count()).where(people.c.role == "admin", people.c.is_disabled.is_(False))
        with self._database.write() as connection:
            before = connection.execute(admins).scalar_one()
            done = connection.execute(
                update(people).where(people.c.name == name).values(version=people.c.version + 1, **changes)
            )
            if done.rowcount != 1:
                raise UsageError(f"unknown person {name!r}")
            if before and not connection.execute(admins).scalar_one():
                raise UsageError(f"expected an admin to be left, and {name!r} is the only one")
        account = self.get(name)
        assert account is not None
        return account

    def get(self, name: str) -> Account | None:
        return self._one(people, people.c.name == name, Account)

    def all(self) -> tuple[Account, ...]:
        with self._database.read() as connection:
            rows = connection.execute(select(people).order_by(people.c.name)).mappings()
            return tuple(Account.model_validate(dict(row)) for row in rows)

    def is_empty(self) -> bool:
        """Whether nobody can sign in yet."""
        with self._database.read() as connection:
            return connection.execute(select(func.count()).select_from(people)).scalar() == 0

    def add_key(self, key: Key) -> None:
        with self._database.write() as connection:
            connection.execute(insert(keys).values(**key.model_dump()))

    def key(self, key_id: str) -> Key | None:
        return self._one(keys, keys.c.id == key_id, Key)

    def all_keys(self) -> tuple[Key, ...]:
        with self._database.read() as connection:
            rows = connection.execute(select(keys).order_by(keys.c.made_at, keys.c.id)).mappings()
            return tuple(Key.model_validate(dict(row)) for row in rows)

    def revoke_key(self, key_id: str, at: datetime) -> None:
        """Raises UsageError for an unknown key; one that is revoked already stays so."""
        with self._database.write() as connection:
            known = connection.execute(select(keys.c.revoked_at).where(keys.c.id == key_id)).first()
            if known is None:
                raise UsageError(f"unknown key {key_id!r}")
            if known.revoked_at is None:
                connection.execute(update(keys).where(keys.c.id == key_id).values(revoked_at=at))

    def revoke_keys_of(self, maker: str, at: datetime, roles: Collection[Role]) -> None:
        """Every key of one of these roles that they made."""
        theirs = (keys.c.made_by == maker) & keys.c.revoked_at.is_(None) & keys.c.role.in_(roles)
        with self._database.write() as connection:
            connection.execute(update(keys).where(theirs).values(revoked_at=at))

    def end_session(self, token_id: str, expires_at: datetime, now: datetime) -> None:
        """From now on the token opens nothing; what has expired by itself is forgotten."""
        with self._database.write() as connection:
            connection.execute(delete(revoked).where(revoked.c.expires_at < now))
            add(connection, revoked, {"token_id": token_id, "expires_at": expires_at})

    def has_ended(self, token_id: str) -> bool:
        query = select(revoked.c.token_id).where(revoked.c.token_id == token_id)
        with self._database.read() as connection:
            return connection.execute(query).first() is not None

    def _one(self, table: Table, where: ColumnElement[bool], shape: type[C]) -> C | None:
        with self._database.glance() as connection:
            row = connection.execute(select(table).where(where)).mappings().first()
        return None if row is None else shape.model_validate(dict(row))
