"""The guard at the door: a key or a session, and for a browser's session proof that our own page sent the request."""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest
from urllib.parse import urlsplit

from fastapi import Request

from fks_agents.deps import Clock
from fks_agents.service.auth import keys
from fks_agents.service.auth.limits import Limiter
from fks_agents.service.auth.tokens import Session, Tokens
from fks_agents.service.people import Person
from fks_agents.service.problems import Problem
from memory.people import People

COOKIE, CSRF = "fks_session", "X-CSRF-Token"

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Door:
    tokens: Tokens
    people: People
    clock: Clock
    requests: Limiter
    """Of one signed-in name."""
    strangers: Limiter
    """Refused attempts of one address."""

    def __call__(self, request: Request) -> Person:
        try:
            person = self.person(request)
        except Problem as problem:
            if problem.status == 401:
                self.strangers.hit(address(request))
            raise
        self.requests.hit(person.name)
        return person

    def session(self, request: Request) -> Session | None:
        """The session a browser's cookie or a bearer token carries; None where a key, or nothing, was sent."""
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme:
            if scheme.lower() != "bearer" or given.startswith(keys.PREFIX):
                return None
            return self.tokens.session(given.strip(), self.clock.now())
        cookie = request.cookies.get(COOKIE)
        return None if cookie is None else self.tokens.session(cookie, self.clock.now())

    def person(self, request: Request) -> Person:
        """As a call, and counted as nothing."""
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and given.startswith(keys.PREFIX):
            key = keys.holder(self.people, given.strip(), self.clock.now())
            return Person(key.name, key.role)
        session = self.session(request)
        if session is None:
            raise Problem(401, "expected a key or a session, was neither")
        if not scheme:
            _is_from_our_page(request, session)
        return Person(session.account.name, session.account.role)


def _is_from_our_page(request: Request, session: Session) -> None:
    """A cookie comes with every request to us, whoever's page made it; raises Problem 403 where that was not ours."""
    if getattr(request, "method", "GET") in _SAFE and request.scope["type"] == "http":
        return
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("Host"):
        raise Problem(403, "the request comes from another site")
    if request.scope["type"] == "websocket":
        if origin is None:
            raise Problem(403, "expected an Origin, was none")
        return
    if not compare_digest(request.headers.get(CSRF, ""), session.csrf):
        raise Problem(403, f"expected the session's {CSRF}, was another or none")


def address(request: Request) -> str:
    return request.client.host if request.client is not None else "unknown"
