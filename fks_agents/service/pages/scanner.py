"""The scanner: switched on and off, its lists, what it did and what it found."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import get_args

from nicegui import ui

from fks_agents.service.pages._asking import button, choices, confirmed, field
from fks_agents.service.pages._frame import Page, Visit, badge, link, panel, table, text
from fks_agents.service.pages._looking import looking
from fks_agents.service.pages._parts import Cell
from fks_agents.service.people import Person
from fks_agents.service.problems import Problem
from fks_agents.service.routes.scan import Listed, delete, keep, watchlists
from fks_agents.service.scan_status import ScannerStatus, ScanRun, told
from fks_agents.service.showing import scanner as showing
from memory.watchlists import Frame

PAGE = Page(path="scanner", title="Scanner", icon="radar", place=60)

_LOOKS = 3.0
_RUNS = 30
_FOUND = 40
_ENTRIES = 200

Act = Callable[[Callable[[Person], object], str], Awaitable[None]]


async def show(visit: Visit) -> None:
    await _switch(visit)
    with ui.element("div").classes("grid"):
        await _lists(visit)
        await _runs(visit)


# --- on and off


async def _switch(visit: Visit) -> None:
    async def act(do: Callable[[Person], object], said: str) -> None:
        if await visit.attempt("trader", lambda person: (do(person), True)) is not None:
            visit.done(said)
            await look()

    with panel("Scanner", hint="scans every watchlist when a bar closes"):
        look = await looking(visit.service.scanner.status, lambda status: _draw(visit, status, act), every=_LOOKS)


def _draw(visit: Visit, status: ScannerStatus, act: Act) -> None:
    head = showing.head(status)
    with ui.element("div").classes("line") as said:
        said.props["role"] = "status"
        badge(head.said, head.tone)
        text("span", head.why)
    if visit.may("trader"):
        with ui.element("div").classes("line"):
            _buttons(visit, act, is_on=status.is_on)
    rows = [(each.timeframe, each.symbols, each.next, Cell(each.last, each.tone)) for each in showing.frames(status)]
    if rows:
        table("Times in UTC", ("Timeframe", "Symbols", "Next scan", "Last"), rows, numbers=("Symbols",))
    text("p", showing.foot(status), "muted small")


def _buttons(visit: Visit, act: Act, *, is_on: bool) -> None:
    scanner = visit.service.scanner
    if is_on:
        button("Stop").on_click(lambda: act(lambda person: scanner.stop(person.name), "The scanner is off."))
    else:
        start = button("Start", is_main=True)
        start.on_click(lambda: act(lambda person: scanner.start(person.name), "The scanner is on."))
    button("Scan now").on_click(lambda: act(scanner.scan_now, "A scan has begun."))


# --- watchlists


async def _lists(visit: Visit) -> None:
    every = await asyncio.to_thread(watchlists, visit.service, visit.person)
    chosen = next((each for each in every if each.name == visit.query.get("list")), None)
    with ui.element("div").classes("stack"):
        with panel("Watchlists"):
            if every:
                rows = [(Cell(each.name, href=link("scanner", list=each.name)), *showing.row(each)) for each in every]
                table("Every version stays on record", ("List", "Symbols", "Timeframes", "Saved"), rows)
            else:
                text("p", "None yet: nothing is scanned.", "muted")
            if visit.may("trader") and chosen is not None:
                text("a", "New watchlist").props["href"] = link("scanner")
        if visit.may("trader"):
            await _form(visit, chosen)


async def _form(visit: Visit, listed: Listed | None) -> None:
    market = visit.service.desk.feeds(visit.service.settings).market
    known = await asyncio.to_thread(market.symbols)
    with panel("New watchlist" if listed is None else f"Watchlist {listed.name}"):
        _List(visit, listed, known)


class _List:
    """One watchlist as a form. What is written stays, whatever a save is answered."""

    def __init__(self, visit: Visit, listed: Listed | None, known: Sequence[str]) -> None:
        self._visit, self._listed = visit, listed
        before = "" if listed is None else ", ".join(listed.symbols)
        hint = f"such as {', '.join(known[:6])}" if known else "as the source names them"
        self._name = field("Name", value="" if listed is None else listed.name, hint="small letters, digits, - and _")
        self._name.set_enabled(listed is None)
        self._symbols = field("Symbols", value=before, hint=hint, most=40_000)
        frames = [visit.service.settings.timeframe] if listed is None else list(listed.timeframes)
        self._frames = choices("Timeframes", get_args(Frame), value=frames)
        self._said = ui.element("div").classes("line")
        self._said.props["role"] = "alert"
        with ui.element("div").classes("line"):
            button("Save", is_main=True).on_click(self._save)
            if listed is not None:
                button("Scan now").on_click(self._scan)
                button("Delete", is_grave=True).on_click(self._delete)

    async def _save(self) -> None:
        version = 0 if self._listed is None else self._listed.version

        def act(person: Person) -> Listed | Problem:
            name = showing.named(self._name.value or "")
            wanted = showing.draft(self._symbols.value or "", self._frames.value or (), version)
            try:
                return keep(self._visit.service, name, wanted, person)
            except Problem as problem:
                if problem.status != 409:
                    raise
                return problem

        answer = await self._visit.attempt("trader", act)
        self._said.clear()
        if isinstance(answer, Problem):
            with self._said:
                text("strong", "Not saved.", "bad")
                text("span", f"{answer.detail}. What you wrote is still here; somebody else saved the list meanwhile.")
        elif answer is not None:
            self._visit.go("scanner", list=answer.name)

    async def _scan(self) -> None:
        name = self._name.value
        begun = await self._visit.attempt("trader", lambda person: self._visit.service.scanner.scan_now(person, name))
        if begun is not None:
            self._visit.done("A scan has begun.")

    async def _delete(self) -> None:
        name = str(self._name.value)
        told = "Its symbols are not scanned any more, unless another list names them."
        if not await confirmed(f"Delete {name}?", told, "Delete"):
            return
        act = lambda person: (delete(self._visit.service, name, person), True)  # noqa: E731
        if await self._visit.attempt("trader", act) is not None:
            self._visit.go("scanner")


# --- what it did


Seen = tuple[tuple[ScanRun, ...], tuple[showing.Found, ...]]


async def _runs(visit: Visit) -> None:
    ledger = visit.service.desk.ledger

    def read() -> Seen:
        every = tuple(told(each) for each in ledger.jobs.newest(limit=_RUNS))
        waiting = ledger.ideas.waiting()  # first: what is answered meanwhile is on record
        return every, showing.found(every, ledger.decisions.history(limit=_ENTRIES), waiting)[:_FOUND]

    def draw(seen: Seen) -> None:
        _draw_found(seen[1])
        _draw_runs([showing.run(each) for each in seen[0]])

    await looking(read, draw, every=_LOOKS)


def _draw_found(found: Sequence[showing.Found]) -> None:
    with panel("Found", hint="trades first"):
        if not found:
            text("p", "No scan has asked for a decision lately.", "muted")
            return
        rows = [
            (
                Cell(f"{each.symbol} {each.timeframe}", href=_decision(each)), each.at, Cell(each.action, each.tone),
                Cell(each.status, "warn", link("ideas")) if each.is_waiting else each.status,
            )
            for each in found
        ]  # fmt: skip
        table("Decisions of the last scans", ("Decision", "Bar", "Action", "State"), rows)


def _decision(found: showing.Found) -> str:
    return link("history", id=found.decision_id) if found.is_on_record else link("", run=found.decision_id)


def _draw_runs(runs: Sequence[showing.Run]) -> None:
    with panel("Runs", hint="newest first, times in UTC"):
        if not runs:
            text("p", "Nothing has run yet.", "muted")
            return
        rows = [
            (each.at, each.what, each.due, Cell(each.outcome, each.tone), each.seconds, each.symbols, each.reason)
            for each in runs
        ]
        columns = ("At", "What", "For the close of", "Outcome", "Took", "Symbols", "Reason")
        table("Scans, misfires and looks for outcomes", columns, rows, numbers=("Took",))
        if wrong := [(each.at, each.what, one) for each in runs for one in each.wrong]:
            table("What went wrong", ("Run", "What", "Symbol and reason"), wrong[:_FOUND])
