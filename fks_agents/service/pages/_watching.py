"""One decision while it is made, and afterwards: everything is put together from what is kept, so that a page that is
opened late, or again, shows the same."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from nicegui import ui

from fks_agents import _wording as say
from fks_agents.contracts import Plan, Report, Turn
from fks_agents.errors import FksError, UsageError
from fks_agents.service.pages import _argument, _chart, _stages, _writing
from fks_agents.service.pages._asking import button, confirmed
from fks_agents.service.pages._folded import go
from fks_agents.service.pages._frame import Visit, figures, link, panel, text
from fks_agents.service.pages._region import Listing, Region
from fks_agents.service.showing import candles, outcome, stages, statements
from fks_agents.service.showing.candles import Candles
from fks_agents.service.showing.learned import Learned, learn, of_cycle
from fks_agents.service.showing.outcome import Line
from fks_agents.service.showing.statements import Statement
from memory.decisions import Admission

_DRAWS = 0.4
"""Seconds between two looks whether something is to be drawn: words come faster than anybody reads."""


_SECTIONS = {
    "reports": ("Analysts", "what each saw"), "debate": ("Debate", "for and against"),
    "plans": ("Plans", "the manager's and the personas'"),
}  # fmt: skip


class Watch:
    def __init__(self, visit: Visit, admission: Admission) -> None:
        self._visit, self._admission = visit, admission
        self._desk = visit.service.desk
        self._known = Learned()
        self._chart: Candles | None = None
        self._asked_at: datetime | None = None
        self._is_new = True
        self._is_recorded = False
        """Nothing changes any more."""

    def begin(self) -> None:
        """Draw what does not change, and leave room for what does."""
        admission = self._admission
        title = f"{admission.symbol} {admission.timeframe}, {say.day(admission.as_of)}"
        with panel(title, hint=admission.id):
            with ui.element("div").classes("line spread"):
                self._headline = Region(_headline)
                self._cancel = button("Cancel", is_grave=True).on_click(self._stop)
                self._cancel.set_visibility(False)
            self._meter = Region(_meter)
        self._stages = Region(_stages.draw, "wide")
        self._writing = Region(_writing.draw, "wide")
        with ui.element("div").classes("run-top"):
            self._picture = Region(_picture)
            with panel("In plain words"):
                self._outcome = Region(_lines)
                self._answer = Region(self._ways)
        sections = _SECTIONS if admission.proposed is None else {"plans": ("Plan", "as it was proposed")}
        with ui.element("div").classes("grid"):
            self._said = {name: self._section(title, hint) for name, (title, hint) in sections.items()}

    async def load(self) -> None:
        """The decision as it is on record; where it is still made, what was told of it up to now."""
        ledger = self._desk.ledger
        asked = await asyncio.to_thread(ledger.requests.of, self._admission.id)
        self._asked_at = asked.asked_at if asked is not None else None
        try:
            cycle = await asyncio.to_thread(ledger.decisions.cycle, self._admission.id)
        except UsageError:
            if self._admission.id in await asyncio.to_thread(ledger.ideas.waiting):
                asked_for = await asyncio.to_thread(self._desk.pending, self._admission.id)
                await self._take(of_cycle(asked_for, is_over=False))
            self._visit.follow(self._listen())
        else:
            await self._take(of_cycle(cycle))
            self._is_recorded = True
        self.draw()
        if not self._is_recorded:
            self._drawing = ui.timer(_DRAWS, self._draw_again)

    def draw(self) -> None:
        """What has changed since."""
        known = self._known
        self._meter.show(outcome.meter(known, self._asked_at, self._desk.clock.now()))
        if not self._is_new:
            return
        self._is_new = False
        self._headline.show(outcome.headline(known))
        self._stages.show(stages.stages(known, is_proposed=self._admission.proposed is not None))
        self._writing.show(dict(known.writing))
        self._outcome.show(outcome.lines(known, self._admission.timeframe))
        self._answer.show((known.is_waiting, known.is_over))
        self._picture.show(self._chart)
        self._cancel.set_visibility(known.ending is None and self._visit.may("trader"))
        for name, said in self._statements(known).items():
            if name in self._said:
                self._said[name].show(said)

    def _draw_again(self) -> None:
        if self._is_recorded:
            self._drawing.cancel()
        self.draw()

    async def _listen(self) -> None:
        decision_id, ledger = self._admission.id, self._desk.ledger
        try:
            async for told in self._visit.service.hub.listen(decision_id):
                await self._take(learn(self._known, told))
            await self._take(of_cycle(await asyncio.to_thread(ledger.decisions.cycle, decision_id)))
            self._is_recorded = True
        except FksError as error:
            self._visit.refused(error)

    async def _take(self, known: Learned) -> None:
        is_new_picture = known.snapshot is not None and (self._chart is None or known.plan != self._known.plan)
        self._known = known
        if is_new_picture:
            self._chart = await asyncio.to_thread(self._candles, known)
        self._is_new = True

    def _candles(self, known: Learned) -> Candles | None:
        """None where its bars are not kept."""
        snapshot = known.snapshot
        stored = (
            next((each for each in snapshot.bars if each.timeframe == snapshot.timeframe), None) if snapshot else None
        )
        if snapshot is None or stored is None:
            return None
        try:
            return candles.candles(self._desk.store.bars(stored.digest), snapshot, known.plan)
        except FksError:
            return None

    def _statements(self, known: Learned) -> dict[str, tuple[Statement, ...]]:
        links = known.links(self._admission)
        spoken: dict[str, Sequence[Report | Turn | Plan]] = {
            "reports": known.reports,
            "debate": known.debate,
            "plans": links.plans,
        }
        return {name: tuple(statements.statement(each, links) for each in said) for name, said in spoken.items()}

    def _section(self, title: str, hint: str) -> Listing[Statement]:
        with panel(title, hint=hint) as box:
            box.props["aria-live"] = "off"
            return Listing(_argument.draw)

    def _ways(self, ending: tuple[bool, bool]) -> None:
        """Where to go on from here."""
        is_waiting, is_over = ending
        with ui.element("div").classes("line"):
            if is_waiting:
                go("Answer it among the ideas", link("ideas", state="needs_approval"))
            if is_over:
                go("The whole record, replay and comparison", link("history", id=self._admission.id))

    async def _stop(self) -> None:
        said = "It ends after the step it is in. What its models were asked is paid for."
        if not await confirmed("Cancel this decision", said, "Cancel it"):
            return
        runner, decision_id = self._visit.service.runner, self._admission.id
        await self._visit.attempt("trader", lambda person: (runner.cancel(decision_id, person), True)[1])


async def watch(visit: Visit, admission: Admission) -> None:
    shown = Watch(visit, admission)
    shown.begin()
    await shown.load()


def _meter(shown: Sequence[tuple[str, str]]) -> None:
    figures(shown)


def _headline(line: Line) -> None:
    with ui.element("div").classes("stack") as box:
        box.props["role"] = "status"
        text("p", line.title, f"headline {line.tone}")
        if line.text:
            text("p", line.text, "said")


def _lines(lines: Sequence[Line]) -> None:
    if not lines:
        text("p", "Nothing has been decided yet.", "muted")
        return
    with ui.element("dl").classes("outcome"):
        for line in lines:
            text("dt", line.title)
            text("dd", line.text, line.tone)


def _picture(shown: Candles | None) -> None:
    with panel("Price", hint="candles, structure, levels, forecast"):
        if shown is None or not shown.prices:
            text("p", "No bars yet.", "muted")
        else:
            _chart.draw(shown)
