"""The service itself: what it does now, and how models, feeds, disk and ledger are. It keeps itself up to date."""

from __future__ import annotations

import asyncio

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from fks_agents.errors import FksError
from fks_agents.service.pages._frame import Page, Visit, badge, figures, link, panel, table, text
from fks_agents.service.pages._parts import Cell, Tone
from fks_agents.service.pages._region import Region
from fks_agents.service.showing import system
from fks_agents.service.showing.system import Health, Present, System

PAGE = Page(path="system", title="System", icon="monitor_heart", place=90)

EVERY = 3.0
"""Seconds between looks."""

_NOW = ("Time", "Up", "Running", "Waiting", "Room", "Unfinished", "Ideas waiting", "Trading", "Memory")


async def show(visit: Visit) -> None:
    with panel("Now", "wide", hint="every few seconds") as box:
        said = _now()
        problem = text("p", "", "bad")
        problem.props["role"] = "alert"
        box.props["aria-live"] = "off"
    content = Region(_draw)
    content.show(None)
    visit.follow(_keep(visit, said, problem, content))


def _now() -> dict[str, TextElement]:
    """Texts that are changed in place: nothing is added to the page while it stands open."""
    said: dict[str, TextElement] = {}
    with ui.element("dl").classes("figures"):
        for name in _NOW:
            with ui.element("div"):
                text("dt", name)
                said[name] = text("dd", "...")
    return said


async def _keep(
    visit: Visit, said: dict[str, TextElement], problem: TextElement, content: Region[System | None]
) -> None:
    """Until the page is left. What is looked at rarely is drawn anew only where it was looked at anew."""
    while True:
        try:
            for name, words in _words(await asyncio.to_thread(system.present, visit.service)).items():
                said[name].text = words
            content.show(await asyncio.to_thread(system.told, visit.service))
            problem.text = ""
        except FksError as error:
            problem.text = str(error)
        await asyncio.sleep(EVERY)


def _words(present: Present) -> dict[str, str]:
    queue = present.queue
    return dict(
        zip(
            _NOW,
            (
                present.at, present.uptime, f"{queue.running} of {queue.workers}", str(queue.waiting),
                f"{queue.room}, {queue.health[0]}", str(queue.unfinished), str(queue.ideas), present.halt or "goes on",
                present.memory,
            ),
            strict=True,
        )
    )  # fmt: skip


def _draw(found: System | None) -> None:
    """None before the first look."""
    if found is None:
        text("p", "Looking at models, feeds and disk ...", "muted").props["role"] = "status"
        return
    with ui.element("div").classes("grid"):
        _looked(found)


def _looked(found: System) -> None:
    with panel("Models", "wide", hint=f"looked at {found.at}"):
        rows: list[list[str | Cell]] = [
            [row.model, row.roles, row.address, _health(row.health), row.detail] for row in found.servers
        ]  # fmt: skip
        table("Models and their servers", ("Model", "Roles", "Server", "State", "Told"), rows)
        _failures(found)
    with panel("Feeds", "wide", hint=found.source):
        feeds: list[list[str | Cell]] = [
            [row.symbol, row.timeframe, row.newest, _health(row.health), row.detail] for row in found.feeds
        ]
        if feeds:
            table("Newest bars", ("Symbol", "Timeframe", "Newest bar", "Quality", "Told"), feeds)
        else:
            text("p", "This source lists no symbols; one is looked at once a decision was made on it.", "muted")
        if found.stands_still:
            text("p", "This source is a file: no newer bar comes to it.", "muted small")
        if found.more_symbols:
            more = "1 further symbol" if found.more_symbols == 1 else f"{found.more_symbols} further symbols"
            text("p", f"Not looked at here: {more} of the source.", "muted small")
    with panel("Disk"):
        _badge(found.disk_health)
        figures(found.disk).classes("words")
    with panel("Ledger"):
        figures(found.ledger)
    with panel("Versions"):
        figures(found.versions)


def _failures(found: System) -> None:
    if found.breakers:
        opened: list[list[str | Cell]] = [
            [Cell(one, "", link("history", id=one)), role, why] for one, role, why in found.breakers
        ]
        table("Breakers that opened lately", ("Decision", "Agent", "Why"), opened)
    if found.failures:
        calls: list[list[str | Cell]] = [
            [Cell(one, "", link("history", id=one)), *rest] for one, *rest in found.failures
        ]
        table("Newest failed calls", ("Decision", "Model", "Agent", "What failed"), calls)
    else:
        text("p", "None of the newest calls failed.", "muted small")


def _decision(decision_id: str) -> str | Cell:
    return Cell(decision_id, "", link("history", id=decision_id))


def _health(health: Health) -> Cell:
    word, tone = health
    return Cell(word, _TONE[tone])


def _badge(health: Health) -> None:
    with ui.element("div"):
        badge(health[0], _TONE[health[1]])


_TONE: dict[str, Tone] = {"good": "good", "warn": "warn", "bad": "bad", "": ""}
