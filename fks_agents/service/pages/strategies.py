"""Strategies: those that are shipped, those that are kept here, and an editor that says what does not fit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from nicegui import ui
from nicegui.elements.button import Button
from nicegui.elements.input import Input

from evaluators.backtest import load, presets
from fks_agents.service.pages._asking import button, confirmed, field
from fks_agents.service.pages._frame import Page, Visit, link, panel, table, text
from fks_agents.service.pages._parts import Cell
from fks_agents.service.people import Person
from fks_agents.service.problems import Problem
from fks_agents.service.routes.strategies import Draft, Kept, delete, keep, strategies
from fks_agents.service.showing import strategies as showing

PAGE = Page(path="strategies", title="Strategies", icon="rule", place=51)

_SHOWN = 20
"""Troubles that are listed; the first in the text."""


async def show(visit: Visit) -> None:
    every = await asyncio.to_thread(strategies, visit.service, visit.person)
    kept = {each.name: each for each in every if each.version}
    name, copied = visit.query.get("name", ""), visit.query.get("copy", "")
    edit = partial(_Editor, visit, taken=tuple(kept), on_saved=lambda: draw.refresh())
    if name in kept:
        edit(name, showing.written(kept[name].strategy or {}), kept[name].version)
    elif copied in kept or copied in presets():
        source = kept[copied].strategy if copied in kept else _shipped(copied)
        edit("", showing.written(source or {}), 0)
    elif "new" in visit.query:
        edit("", showing.BLANK, 0)
    elif name or copied:
        text("p", f"There is no strategy {(name or copied)[:63]!r} here.", "bad").props["role"] = "alert"

    @ui.refreshable
    async def draw() -> None:
        _list(visit, await asyncio.to_thread(strategies, visit.service, visit.person))

    await draw()


def _shipped(name: str) -> dict[str, object]:
    return load(name).model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _list(visit: Visit, every: Sequence[Kept]) -> None:
    with panel("Strategies", hint="every version of those kept here stays on record"):
        if visit.may("trader"):
            text("a", "New strategy").props["href"] = link("strategies", new="1")
        rows = [
            (
                Cell(each.name, href=link("strategies", name=each.name) if each.version else ""),
                f"version {each.version}" if each.version else "shipped",
                f"{each.by} at {each.at:%Y-%m-%d %H:%M}" if each.at else "",
                Cell("copy", href=link("strategies", copy=each.name)) if visit.may("trader") else "",
                Cell("backtest", href=link("backtest", strategy=each.name)) if visit.may("trader") else "",
                str((each.strategy or {}).get("text", "")),
            )
            for each in reversed(every)
        ]
        table("Those kept here first", ("Name", "Version", "Saved by", "Copy", "Play", "What it tests"), rows)


class _Editor:
    """One strategy as a text. What is typed stays, whatever a save is answered."""

    def __init__(
        self, visit: Visit, name: str, written: str, version: int, taken: Sequence[str], on_saved: Callable[[], object]
    ) -> None:
        """`version` is the one that is written over, 0 for a new one."""
        self._on_saved = on_saved
        self._visit, self._version, self._taken = visit, version, taken
        self._saved, self._is_unsaved = written, False
        self._marked: Sequence[int] = ()
        self._looks = 0
        is_ours = visit.may("trader")
        with panel(name or "New strategy"):
            self._told = text("p", f"version {version}" if version else "", "muted small")
            if not version:
                self._name: Input | None = field("Name", hint="small letters, digits and _", most=63)
                self._name.on_value_change(self._look)
            else:
                self._name = None
            self._fixed = name
            with ui.element("div").classes("beside"):
                with ui.element("div").classes("stack"):
                    self._box = ui.element("div").classes("code")
                    # What is written into is a part of the editor that the browser makes: assets/desk.js names it.
                    self._box.props["data-label"] = "Strategy as JSON"
                    with self._box:
                        self._code = ui.codemirror(written, language="JSON", indent="  ", line_wrapping=True)
                        self._code.set_enabled(is_ours)
                    text("p", "Tab indents; Esc and then Tab leaves the text.", "muted small")
                self._troubles = ui.element("div").classes("stack")
                self._troubles.props.update({"role": "status", "aria-label": "What does not fit"})
            self._conflict = ui.element("div").classes("line")
            self._conflict.props["role"] = "alert"
            with ui.element("div").classes("line"):
                self._save: Button | None = None
                if is_ours:
                    self._save = button("Save", is_main=True).on_click(self._keep)
                if is_ours and version:
                    button("Delete", is_grave=True).on_click(self._delete)
        self._code.on_value_change(self._look)
        self._show(showing.check(written, name).troubles)

    @property
    def name(self) -> str:
        return self._fixed or (self._name.value if self._name is not None else "") or ""

    async def _look(self) -> None:
        """Hold what is written against the schema; what was overtaken meanwhile is not shown."""
        self._watch()
        self._looks += 1
        mine = self._looks
        checked = await asyncio.to_thread(showing.check, self._code.value or "", self.name)
        if mine == self._looks:
            self._show(checked.troubles)

    def _show(self, troubles: Sequence[showing.Trouble]) -> None:
        wrong_name = "" if self._fixed else showing.name_trouble(self.name, self._taken)
        if self._name is not None:
            self._name.error = (wrong_name or None) if self.name else None
        self._mark(sorted({each.line for each in troubles}))
        if self._save is not None:
            self._save.set_enabled(not troubles and not wrong_name)
        self._troubles.clear()
        with self._troubles:
            _told(troubles, has_name=not wrong_name)

    def _mark(self, lines: Sequence[int]) -> None:
        """In the browser alone: an update of the editor from here would undo what was typed since."""
        if lines != self._marked:
            self._marked = lines
            marks = [{"kind": "line", "line": line, "class": "unfit"} for line in lines]
            self._code.run_method("setDecorations", marks)

    def _watch(self) -> None:
        """Leaving the page with something unsaved asks first; see assets/desk.js."""
        is_unsaved = self._code.value != self._saved
        if is_unsaved != self._is_unsaved:
            self._is_unsaved = is_unsaved
            if is_unsaved:
                self._box.props["data-unsaved"] = "1"
            else:
                del self._box.props["data-unsaved"]

    async def _keep(self) -> None:
        name, written, over = self.name, self._code.value or "", self._version
        given = (await asyncio.to_thread(showing.check, written, name)).strategy
        if given is None:
            return  # what does not fit is shown already

        def act(person: Person) -> Kept | Problem:
            try:
                return keep(self._visit.service, name, Draft(strategy=given, version=over), person)
            except Problem as problem:
                if problem.status != 409:
                    raise
                return problem

        answer = await self._visit.attempt("trader", act)
        if isinstance(answer, Problem):
            await self._refused(answer)
        elif answer is not None:
            self._saved, self._version = written, answer.version
            self._watch()
            self._conflict.clear()
            if self._fixed:
                self._told.text = f"version {answer.version}, saved"
                self._on_saved()
            else:
                self._visit.go("strategies", name=name)

    async def _refused(self, problem: Problem) -> None:
        """Somebody else saved it meanwhile: show theirs beside ours, and let the person choose."""
        found = await asyncio.to_thread(self._visit.service.desk.ledger.strategies.of, self.name)
        newest = found[-1].number if found else 0
        self._conflict.clear()
        with self._conflict:
            text("strong", "Not saved.", "bad")
            text("span", f"{problem.detail}. Your text is still here.")
            theirs = text("a", f"Look at version {newest} in another tab")
            theirs.props.update({"href": link("strategies", name=self.name), "target": "_blank", "rel": "noopener"})

            def over() -> None:
                self._version = newest
                self._conflict.clear()

            button(f"Write over version {newest} at the next save").on_click(over)

    async def _delete(self) -> None:
        said = f"{self.name} is not listed any more. Its versions stay on record, backtests of it stay as they are."
        if not await confirmed(f"Delete {self.name}?", said, "Delete"):
            return

        def act(person: Person) -> bool:
            delete(self._visit.service, self.name, person)
            return True

        if await self._visit.attempt("trader", act):
            self._visit.go("strategies")


def _told(troubles: Sequence[showing.Trouble], *, has_name: bool) -> None:
    if not troubles:
        text("p", "It fits the schema.", "good")
        if not has_name:
            text("p", "It can be saved once it has a name.", "muted")
        return
    count, more = len(troubles), " or more" if len(troubles) == showing.MOST else ""
    text("p", f"{count}{more} thing{'' if count == 1 else 's'} to mend before it can be saved:", "bad")
    rows = [(f"{one.line}", one.path, one.expected, one.was) for one in troubles[:_SHOWN]]
    table("In the order of the text", ("Line", "Where", "Expected", "Was"), rows, numbers=("Line",))
