"""Where there is no page: the frame, with the ways to those there are."""

from __future__ import annotations

from nicegui import ui

from fks_agents.service.pages._frame import Page, Visit, link, text

PAGE = Page(path="no-such-page", title="No such page", icon="search_off")
"""In no navigation; the entrance leads here."""


async def show(visit: Visit) -> None:
    del visit
    ui.context.client.status_code = 404
    text("p", "There is no page at this address.").props["role"] = "alert"
    text("a", "To the first page").props["href"] = link("")
