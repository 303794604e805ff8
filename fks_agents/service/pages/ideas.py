"""Trades that wait for a person, and what became of the others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from nicegui import ui

from fks_agents.errors import FksError
from fks_agents.service.answering import State
from fks_agents.service.pages._answering import answer
from fks_agents.service.pages._folded import folded, go
from fks_agents.service.pages._frame import Page, Visit, badge, figures, link, panel, table, text
from fks_agents.service.pages._parts import Cell, Tone
from fks_agents.service.showing import ideas
from fks_agents.service.showing.ideas import WORDS, Idea, UnderWay

PAGE = Page(path="ideas", title="Ideas", icon="lightbulb", place=20)

_LOOKS = 10.0
"""Seconds between looks for what is new."""

_TONES: dict[State, Tone] = {
    "needs_approval": "warn", "approved": "good", "auto_executed": "good", "rejected": "bad", "halted": "bad",
    "expired": "muted",
}  # fmt: skip


async def show(visit: Visit) -> None:
    asked_for = visit.query.get("state", "needs_approval")
    chosen: State = next((state for state in ideas.STATES if state == asked_for), "needs_approval")
    _tabs(chosen)
    if chosen == "needs_approval":
        await _Waiting(visit).begin()
    elif chosen == "waiting":
        _under_way(await asyncio.to_thread(ideas.under_way, visit.service))
    else:
        _ended(chosen, await asyncio.to_thread(ideas.ended, visit.service, chosen))


def _tabs(chosen: State) -> None:
    with ui.element("nav").classes("tabs") as tabs:
        tabs.props["aria-label"] = "Ideas by state"
        for state, words in WORDS.items():
            tab = go(words, link("ideas", state=state))
            if state == chosen:
                tab.props["aria-current"] = "page"


class _Waiting:
    """Drawn again when a trade came or went or changed; a half-written reason stays while none did."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._box = ui.element("div").classes("stack")
        self._drawn: tuple[object, ...] | None = None
        self._clocks: dict[str, ui.label] = {}

    async def begin(self) -> None:
        await self._show()
        ui.timer(_LOOKS, self.look, immediate=False)

    async def look(self) -> None:
        try:
            await self._show()
        except FksError as error:
            self._visit.refused(error)

    async def _show(self) -> None:
        found = await asyncio.to_thread(ideas.waiting, self._visit.service)
        more = len(await asyncio.to_thread(self._visit.service.desk.ledger.ideas.waiting)) - len(found)
        shape = (more, *((each.id, each.quantity, each.obstacle, each.steps) for each in found))
        if shape != self._drawn:
            self._drawn = shape
            self._box.clear()
            self._clocks.clear()
            with self._box:
                self._draw(found)
                if more > 0:
                    text("p", f"{more} more wait; they are shown as these are answered.", "muted")
        for each in found:
            self._clocks[each.id].text = _clock(each)

    def _draw(self, found: Sequence[Idea]) -> None:
        if not found:
            text("p", "No trade waits for a person.", "muted").props["role"] = "status"
            text("p", ideas.when_asked(self._visit.service.settings.policy), "muted")
        if len(found) == ideas.MOST:
            text("p", f"The {ideas.MOST} that wait longest; others follow when these are answered.", "muted")
        with ui.element("div").classes("grid"):
            for each in found:
                with _box(each):
                    self._clocks[each.id] = ui.label(_clock(each)).classes("warn")
                    _why(each)
                    if each.obstacle:
                        text("p", f"Approving would be refused: {each.obstacle}.", "bad said")
                    _figures(each)
                    answer(self._visit, each, self.look)
                    _steps(each)


@contextmanager
def _box(idea: Idea) -> Iterator[None]:
    with panel(f"{idea.symbol} {idea.side}", hint=f"{idea.timeframe}, {idea.as_of}") as box:
        # Several of one symbol may lie beside each other; who hears the page tells them apart so.
        box.props["aria-label"] = f"{idea.symbol} {idea.side}, decision {idea.id}"
        yield


def _why(idea: Idea) -> None:
    if idea.past:
        text("p", idea.past, "warn")
    if idea.reason:
        text("p", f"Why to trade: {idea.reason}", "said")
    text("p", f"Why a person is asked: {idea.why}", "said")
    _origin(idea)


def _origin(idea: Idea) -> None:
    if idea.origin:
        said = f'; its comment, text from outside: "{idea.comment}"' if idea.comment else ""
        text("p", f"Proposed by {idea.origin}{said}", "muted said")


def _clock(idea: Idea) -> str:
    expires = f", expires {idea.expires}" if idea.expires else ""
    return f"Waits for {idea.age}{expires}"


def _figures(idea: Idea) -> None:
    shown = [
        ("Size", idea.size), ("Risk", idea.risk), ("Entry", idea.entry), ("Stop", idea.stop), ("Targets", idea.targets),
        ("Conviction", idea.conviction),
    ]  # fmt: skip
    figures([*shown, *([("Price now", idea.price)] if idea.price else [])])


def _steps(idea: Idea) -> None:
    with folded("Who, when and why"):
        columns = ("When", "Who", "What", "Why")
        table("What was done about it", columns, [(step.at, step.who, step.what, step.why) for step in idea.steps])
        go("How it was decided", link("", run=idea.id))


def _ended(state: State, found: Sequence[Idea]) -> None:
    if not found:
        text("p", f"No idea among the newest is {WORDS[state].lower()}.", "muted")
    with ui.element("div").classes("grid"):
        for each in found:
            with _box(each):
                with ui.element("div").classes("line"):
                    badge(WORDS[each.state], _TONES.get(each.state, ""))
                    if each.age:
                        text("span", f"{each.age} ago", "muted small")
                text("p", each.why, "said")
                _origin(each)
                _figures(each)
                _steps(each)


def _under_way(found: Sequence[UnderWay]) -> None:
    with panel("Being decided", hint="whether they will be trades is not known yet"):
        if not found:
            text("p", "Nothing is being decided.", "muted")
            return
        rows = [
            (Cell(each.id, href=link("", run=each.id)), each.symbol, each.timeframe, each.as_of, each.asked_by or "-")
            for each in found
        ]
        table("Decisions under way", ("Decision", "Symbol", "Bars", "As of", "Asked by"), rows)
