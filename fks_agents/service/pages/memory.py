"""What agents have learned, looked for as of a moment: nothing that was learned later is shown."""

from __future__ import annotations

import asyncio
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.value_element import ValueElement

from fks_agents.errors import ConfigError, UsageError
from fks_agents.service.pages._asking import button, choice, day, field
from fks_agents.service.pages._folded import TONES, alert, go
from fks_agents.service.pages._frame import Page, Visit, badge, figures, link, panel, table, text
from fks_agents.service.showing import memory
from fks_agents.service.showing.memory import COUNTS, Memory, Row, Wanted

PAGE = Page(path="memory", title="Memory", icon="psychology", place=70)


async def show(visit: Visit) -> None:
    desk = visit.service.desk
    agents = await asyncio.to_thread(desk.ledger.lessons.agents)
    try:
        asked = memory.wanted(visit.query)
        found = await asyncio.to_thread(memory.told, desk, asked)
    except (UsageError, ConfigError) as error:
        _question(visit, Wanted(), agents)
        alert(str(error))
        return
    _question(visit, asked, agents)
    _found(found, "Nearest lessons" if asked.text else "Newest lessons")
    _holdings(found)


def _question(visit: Visit, asked: Wanted, agents: tuple[str, ...]) -> None:
    """What is filled in goes into the address, so that it can be passed on."""
    fields: dict[str, ValueElement[Any]] = {}
    with panel("Ask the memory"), ui.element("div").classes("form"):
        fields["text"] = field("Words to look for", value=asked.text)
        options = {"": "every agent"} | {agent: agent for agent in agents}
        fields["agent"] = choice("Agent", options, value=asked.agent if asked.agent in options else "")
        fields["as_of"] = day("As of day")
        fields["as_of"].value = asked.as_of[:10]
        fields["most"] = choice("Lessons of each agent", [str(each) for each in COUNTS], value=str(asked.most))

        def ask() -> None:
            given = {name: str(each.value or "").strip() for name, each in fields.items()}
            visit.go("memory", **{name: value for name, value in given.items() if value and value != str(COUNTS[0])})

        for name in ("text", "as_of"):
            fields[name].on("keydown.enter", ask, args=[])
        with ui.element("div").classes("line"):
            button("Look", is_main=True).on_click(ask)


def _found(found: Memory, title: str) -> None:
    if not found.rows and not found.holdings:
        return
    with panel(title, hint=f"as of {found.as_of}"):
        if not found.rows:
            text("p", "No lesson was known by then. Choose a later day, or leave it empty.", "muted")
        for row in found.rows:
            _lesson(row)
        if found.later:
            lessons = "1 lesson was" if found.later == 1 else f"{found.later} lessons were"
            text("p", f"{lessons} learned later and cannot be seen from then.", "muted small")


def _lesson(row: Row) -> None:
    with ui.element("article").classes("stack lesson"):
        with ui.element("div").classes("line"):
            text("h3", row.agent)
            badge(row.was_right, TONES.get(row.was_right, ""))
            if row.score:
                text("span", f"score {row.score}, similarity {row.similarity}", "num muted small")
        text("p", row.text, "said")
        with ui.element("p").classes("small muted"):
            text("span", f"Learned {row.learned_at} from ")
            go(row.decision_id, link("history", id=row.decision_id))
            text("span", f" ({row.market}): {row.outcome}. Evidence: {', '.join(row.evidence) or 'none'}.")


def _holdings(found: Memory) -> None:
    with panel("What there is", hint=f"as of {found.as_of}"):
        figures([("Search", found.search), ("Learned later", str(found.later))]).classes("words")
        if not found.holdings:
            text("p", "Nothing has been learned yet: lessons come when decisions have ended.")
            return
        text("p", "Few lessons are searched one by one; the index starts where there are many.", "muted small")
        rows = [[holding.agent, str(holding.lessons), holding.newest] for holding in found.holdings]
        table("Lessons by agent", ("Agent", "Lessons", "Newest"), rows, numbers=("Lessons",))
