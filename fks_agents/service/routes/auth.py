"""Sign in and out; people and keys, for admins."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from fks_agents.service.auth import accounts, keys as program_keys, passwords
from fks_agents.service.auth.guard import COOKIE, Door, address
from fks_agents.service.auth.tokens import LIFETIME
from fks_agents.service.inputs import Moment
from fks_agents.service.people import Person, admin, viewer
from fks_agents.service.problems import Problem, documented
from fks_agents.service.state import Held
from memory.people import Account, Name, Role

router = APIRouter(prefix="/auth", tags=["auth"])

KnownName = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._@-]{0,62}$")]
KeyId = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]


class Credentials(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1, max_length=64)]
    password: SecretStr


class SignedIn(BaseModel):
    name: str
    role: Role
    csrf: str | None = None
    """To be sent as `X-CSRF-Token` with every change, beside the cookie."""
    token: str | None = None
    """For programs that send no cookie: `Authorization: Bearer`."""


class NewPerson(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Name
    role: Role
    password: SecretStr


class Changes(BaseModel):
    model_config = ConfigDict(extra="forbid")
    role: Role | None = None
    password: SecretStr | None = None
    is_disabled: bool | None = None


class Known(BaseModel):
    name: str
    role: Role
    is_disabled: bool


class NewKey(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Name
    role: Role = "viewer"
    expires_at: Moment | None = None


class ShownKey(BaseModel):
    id: str
    name: str
    role: Role
    made_by: str
    made_at: Moment
    expires_at: Moment | None
    revoked_at: Moment | None
    key: str | None = None
    """The whole key; shown once, when it is made."""


def door(request: Request) -> Door:
    guard = request.app.state.guard
    if not isinstance(guard, Door):
        raise Problem(503, "no way to sign in is set up")
    return guard


@router.post("/login", responses=documented(422, 429, 503))
def login(held: Held, request: Request, response: Response, given: Credentials) -> SignedIn:
    """A session, as a cookie for the pages and as a token for programs."""
    entrance = door(request)
    entrance.strangers.hit(f"login {address(request)}")
    entrance.strangers.hit(f"login {given.name}")
    account = held.desk.ledger.people.get(given.name)
    kept = account.password_hash if account is not None and not account.is_disabled else None
    if not passwords.fits(kept, given.password.get_secret_value()) or account is None:
        raise Problem(401, "name and password do not fit")
    token, session = entrance.tokens.issue(account, entrance.clock.now())
    response.set_cookie(
        COOKIE, token, max_age=int(LIFETIME.total_seconds()), httponly=True, samesite="strict",
        secure=request.url.scheme == "https",
    )  # fmt: skip
    response.headers["Cache-Control"] = "no-store"
    return SignedIn(name=account.name, role=account.role, csrf=session.csrf, token=token)


@router.post("/logout", responses=documented(429, 503), status_code=204)
def logout(held: Held, request: Request, response: Response, person: Annotated[Person, viewer()]) -> None:
    """End this session for good."""
    del person
    entrance = door(request)
    if (session := entrance.session(request)) is not None:
        held.desk.ledger.people.end_session(session.token_id, session.expires_at, entrance.clock.now())
    response.delete_cookie(COOKIE)


@router.get("/me", responses=documented(429))
def me(request: Request, person: Annotated[Person, viewer()]) -> SignedIn:
    session = door(request).session(request) if isinstance(request.app.state.guard, Door) else None
    return SignedIn(name=person.name, role=person.role, csrf=session.csrf if session is not None else None)


@router.get("/people", responses=documented(429, 503))
def people(held: Held, person: Annotated[Person, admin()]) -> list[Known]:
    del person
    return [_known(account) for account in held.desk.ledger.people.all()]


@router.post("/people", responses=documented(422, 429, 503), status_code=201)
def add_person(held: Held, new: NewPerson, person: Annotated[Person, admin()]) -> Known:
    del person
    return _known(accounts.add(held.desk.ledger.people, new.name, new.role, new.password.get_secret_value()))


@router.patch("/people/{name}", responses=documented(404, 422, 429, 503))
def change_person(
    held: Held, request: Request, name: KnownName, changes: Changes, person: Annotated[Person, admin()]
) -> Known:
    """Every session of theirs ends; of a person who is disabled, the keys that they made end, too."""
    del person
    if held.desk.ledger.people.get(name) is None:
        raise Problem(404, f"unknown person {name!r}")
    account = accounts.change(
        held.desk.ledger.people, name, door(request).clock.now(), role=changes.role, is_disabled=changes.is_disabled,
        password=changes.password.get_secret_value() if changes.password is not None else None,
    )  # fmt: skip
    return _known(account)


@router.get("/keys", responses=documented(429, 503))
def list_keys(held: Held, person: Annotated[Person, admin()]) -> list[ShownKey]:
    del person
    return [ShownKey(**key.model_dump(exclude={"secret_hash"})) for key in held.desk.ledger.people.all_keys()]


@router.post("/keys", responses=documented(422, 429, 503), status_code=201)
def make_key(
    held: Held, request: Request, response: Response, new: NewKey, person: Annotated[Person, admin()]
) -> ShownKey:
    now = door(request).clock.now()
    whole, key = program_keys.make(
        held.desk.ledger.people, accounts.fit(new.name), new.role, by=person.name, at=now, expires_at=new.expires_at
    )
    response.headers["Cache-Control"] = "no-store"
    return ShownKey(**key.model_dump(exclude={"secret_hash"}), key=whole)


@router.delete("/keys/{key_id}", responses=documented(404, 422, 429, 503), status_code=204)
def revoke_key(held: Held, request: Request, key_id: KeyId, person: Annotated[Person, admin()]) -> None:
    del person
    if held.desk.ledger.people.key(key_id) is None:
        raise Problem(404, f"unknown key {key_id!r}")
    held.desk.ledger.people.revoke_key(key_id, door(request).clock.now())


def _known(account: Account) -> Known:
    return Known(name=account.name, role=account.role, is_disabled=account.is_disabled)
