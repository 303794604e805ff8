"""Trades that wait for a person, and what became of the others."""

from __future__ import annotations

from fks_agents.service.pages._frame import Page, Visit, panel, text

PAGE = Page(path="ideas", title="Ideas", icon="lightbulb", place=20)


async def show(visit: Visit) -> None:
    with panel("Waiting"):
        text("p", f"{len(visit.service.desk.ledger.ideas.waiting())} trades wait for a person.")
