"""What every page stands in: who is signed in, where else to go, whether trading is halted.

A page is a file beside this one:

    PAGE = Page(path="ideas", title="Ideas", icon="lightbulb", role="viewer")

    async def show(visit: Visit) -> None:
        with panel("Waiting"):
            text("p", "...")

What it shows is computed in `fks_agents.service.showing`, without the library; what it does goes through
`visit.attempt(role, act)`, which asks again who is signed in. The classes of `assets/desk.css` (grid, panel, line, num,
muted, good, bad, warn, badge, table, scroll) give it its looks; there is no Tailwind.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui
from nicegui.element import Element

from fks_agents.errors import FksError
from fks_agents.service.pages import _assets
from fks_agents.service.pages._entrance import who
from fks_agents.service.pages._parts import (
    badge as badge,
    figures as figures,
    panel as panel,
    table as table,
    text as text,
)
from fks_agents.service.pages._visit import Page as Page, Visit as Visit, link as link
from fks_agents.service.problems import Problem

_LOOKS = 5.0
"""Seconds between looks whether trading is halted and the session goes on."""


def head() -> str:
    """Names of our own files only."""
    return (
        f'<script src="{_assets.address("theme.js")}"></script>'
        f'<link rel="stylesheet" href="{_assets.address("desk.css")}">'
        f'<script src="{_assets.address("desk.js")}" defer></script>'
    )


def draw(visit: Visit, pages: Sequence[Page]) -> Callable[[], None]:
    """Everything but the page's own content. What is returned begins to look, from time to time, whether trading is
    halted and the session goes on: called when the page is whole, for from then on it is sent as it is."""
    client = ui.context.client
    ui.page_title(f"{visit.page.title} · fks-agents")
    ui.add_head_html(head())
    with client.layout:
        top, look = _header(visit)
        nav = _navigation(visit, pages)
    top.move(target_index=0)
    nav.move(target_index=1)
    client.content.props["id"] = "content"
    client.content.props["tabindex"] = "-1"
    text("h1", visit.page.title)
    client.on_exception(_defect)
    visit.looks.append(look)

    def begin() -> None:
        with top:
            ui.timer(_LOOKS, look)

    return begin


def _defect() -> None:
    """What an act does that raised what it should not; the library logs it."""
    ui.notify("A defect of the service; its log says more.", type="negative", close_button="Close", timeout=10_000)


def _header(visit: Visit) -> tuple[Element, Callable[[], Awaitable[None]]]:
    with ui.element("header").classes("desk-head") as top:
        text("a", "Skip to the content", "desk-skip").props["href"] = "#content"
        menu = text("button", "Menu", "desk-button desk-menu")
        menu.props.update({"type": "button", "data-desk": "menu", "aria-expanded": "false", "aria-controls": "pages"})
        text("a", "fks-agents", "desk-brand").props["href"] = link("")
        text("span", f"{visit.person.name} · {visit.person.role}", "desk-person small")
        for name, label in (("theme", "Theme"), ("sign-out", "Sign out")):
            text("button", label, "desk-button").props.update({"type": "button", "data-desk": name})
        with ui.element("div").classes("desk-halt") as banner:
            banner.props["role"] = "status"
            text("strong", "Trading is halted")
            why = text("span", "")
        banner.set_visibility(False)

        async def look() -> None:
            try:
                halt = await asyncio.to_thread(_standing, visit)
            except Problem as problem:
                if problem.status == 401:
                    visit.refused(problem)
                return
            except FksError:
                return
            banner.set_visibility(halt is not None)
            why.text = halt or ""

    return top, look


def _standing(visit: Visit) -> str | None:
    """Why trading is halted. Raises Problem 401 where the session has ended; looking is not one of their requests."""
    who(visit.request, visit.guard)
    halt = visit.service.desk.ledger.halts.current()
    return None if halt is None else f" since {halt.at:%Y-%m-%d %H:%M} UTC by {halt.by}: {halt.reason}"


def _navigation(visit: Visit, pages: Sequence[Page]) -> Element:
    with ui.element("nav").classes("desk-nav") as nav:
        nav.props.update({"id": "pages", "aria-label": "Pages"})
        with ui.element("ul"):
            for page in pages:
                if not visit.may(page.role):
                    continue
                with ui.element("li"), ui.element("a") as anchor:
                    anchor.props["href"] = link(page.path)
                    if page == visit.page:
                        anchor.props["aria-current"] = "page"
                    ui.icon(page.icon)
                    text("span", page.title)
    return nav
