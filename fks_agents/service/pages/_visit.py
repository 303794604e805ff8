"""One person looking at one page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

from fastapi import Request
from nicegui import background_tasks, ui

from fks_agents._redaction import redact
from fks_agents.errors import FksError
from fks_agents.service.people import RANK, Guard, Person, Role
from fks_agents.service.problems import Problem
from fks_agents.service.state import Service

T = TypeVar("T")


class Page(NamedTuple):
    """`PAGE` of a page's module."""

    path: str
    """Below `/desk/`: one word, empty for the first page."""
    title: str
    icon: str
    """A name of Material Icons."""
    role: Role = "viewer"
    """Who may open it."""
    place: int = 50
    """In the navigation, smallest first; equal ones by title."""


@dataclass(frozen=True)
class Visit:
    service: Service
    person: Person
    """As the page was opened; what is done asks again, by `require`."""
    page: Page
    guard: Guard
    request: Request
    looks: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    """Of the parts of the page that show what an act may change; `look` calls them at once."""

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query_params

    def may(self, role: Role) -> bool:
        """What to draw; not enough to let something be done."""
        return RANK[self.person.role] >= RANK[role]

    def require(self, role: Role) -> Person:
        """Who is signed in now. Raises Problem 401 where the session has ended since, 403 where the role is too low."""
        return enough(self.guard(self.request), role)

    async def attempt(self, role: Role, act: Callable[[Person], T]) -> T | None:
        """Do it in a thread in the name of who is signed in now; None where it was refused, and why is then shown."""
        try:
            return await asyncio.to_thread(lambda: act(self.require(role)))
        except (FksError, Problem) as error:
            self.refused(error)
            return None

    async def look(self) -> None:
        for each in self.looks:
            await each()

    def refused(self, error: FksError | Problem) -> None:
        """Show why; who is not signed in any more is sent to sign in."""
        if isinstance(error, Problem) and error.status == 401:
            ui.navigate.to("sign-in")
            return
        said = error.detail if isinstance(error, Problem) else str(error)
        ui.notify(redact(said), type="negative", multi_line=True, timeout=10_000, close_button="Close")

    def done(self, text: str) -> None:
        ui.notify(text, type="positive", timeout=4_000)

    def go(self, path: str, **query: str) -> None:
        ui.navigate.to(link(path, **query))

    def follow(self, listening: Coroutine[Any, Any, None]) -> None:
        """Run it beside the page, and end it when the page is left. What it draws belongs to the slot open now."""
        task = background_tasks.create(listening, name=f"page {self.page.path}", context=ui.context.slot)
        ui.context.client.on_delete(lambda: task.cancel())


def enough(person: Person, role: Role) -> Person:
    """Raises Problem 403 where theirs is lower."""
    if RANK[person.role] < RANK[role]:
        raise Problem(403, f"expected the role {role} or more, was {person.role}")
    return person


def link(path: str, **query: str) -> str:
    """Address of a page, from any other page: all lie beside each other."""
    return f"{path or './'}{'?' if query else ''}{urlencode(query)}"
