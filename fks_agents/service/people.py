"""Who asks, and what they may do. Every route but `/health` names the role it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

from fastapi import Depends, Request

from fks_agents.service.problems import Problem

Role = Literal["viewer", "trader", "admin"]
"""A viewer reads; a trader asks for decisions and answers ideas; an admin changes limits and people."""

RANK: dict[Role, int] = {"viewer": 0, "trader": 1, "admin": 2}


class Person(NamedTuple):
    name: str
    role: Role


class Guard(Protocol):
    def __call__(self, request: Request) -> Person:
        """Who sent the request; raises Problem 401 where that is not proven, 403 where the request is not theirs."""


def closed(request: Request) -> Person:
    """The guard of a service that was given none: nobody comes in."""
    del request
    raise Problem(401, "no way to sign in is set up")


def needs(role: Role) -> Callable[[Request], Person]:
    """A dependency that gives the person, where their role is enough."""

    def person(request: Request) -> Person:
        guard: Guard = request.app.state.guard
        found = guard(request)
        if RANK[found.role] < RANK[role]:
            raise Problem(403, f"expected the role {role} or more, was {found.role}")
        return found

    return person


def viewer() -> Person:
    """For annotations: `Annotated[Person, viewer()]`."""
    return Depends(needs("viewer"))  # type: ignore[no-any-return]


def trader() -> Person:
    return Depends(needs("trader"))  # type: ignore[no-any-return]


def admin() -> Person:
    return Depends(needs("admin"))  # type: ignore[no-any-return]
