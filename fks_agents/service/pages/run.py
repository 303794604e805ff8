"""Ask for a decision and watch it being made; the same page shows it as it was made, for as long as it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import get_args

from nicegui import ui

from fks_agents import _wording as say
from fks_agents.contracts import Timeframe
from fks_agents.errors import UsageError
from fks_agents.service.pages._asking import button, choice, field
from fks_agents.service.pages._folded import go
from fks_agents.service.pages._frame import Page, Visit, figures, link, panel, table, text
from fks_agents.service.pages._parts import Cell
from fks_agents.service.pages._watching import watch
from fks_agents.service.showing import asking, ideas
from fks_agents.service.showing.ideas import UnderWay
from fks_agents.service.state import Service
from memory.decisions import Admission, Entry

PAGE = Page(path="", title="Run", icon="play_circle", place=10)

_LISTED = 6

_PATIENCE = 3.0
"""Seconds that an exchange may take to list its symbols; without a list they are written."""


async def show(visit: Visit) -> None:
    wanted = visit.query.get("run", "")
    admission = await asyncio.to_thread(_admission, visit.service, wanted) if wanted else None
    if wanted and admission is None:
        text("p", f"There is no decision {wanted[:12]}.", "bad").props["role"] = "alert"
    if visit.may("trader"):
        await _form(visit, admission)
    else:
        text("p", "Asking for a decision needs the role trader; you may watch those that others ask for.", "muted")
    if admission is not None:
        await watch(visit, admission)
    else:
        await _list(visit)


def _admission(service: Service, decision_id: str) -> Admission | None:
    try:
        return service.desk.ledger.decisions.admission(decision_id)
    except UsageError:
        return None


async def _form(visit: Visit, shown: Admission | None) -> None:
    service = visit.service
    try:
        symbols = await asyncio.wait_for(asyncio.to_thread(asking.symbols, service), _PATIENCE)
    except TimeoutError:
        symbols = ()
    before = shown.symbol if shown is not None else symbols[0] if symbols else ""
    with panel("Ask for a decision", hint=f"model: {asking.model_label(service)}"), ui.element("div").classes("form"):
        symbol = (
            choice("Symbol", symbols, value=before) if before in symbols else field("Symbol", value=before, most=64)
        )
        frame = shown.timeframe if shown is not None else service.settings.timeframe
        timeframe = choice("Timeframe", get_args(Timeframe), value=frame)
        as_of = field("As of", most=40)
        run = button("Run", is_main=True)
        text("p", "As of: such as 2018-04-20T20:00:00Z. Empty means the close of the newest bar.", "muted small")

    async def start() -> None:
        run.disable()
        try:
            question = asking.question(str(symbol.value or ""), timeframe.value, str(as_of.value or ""))
            admission = await visit.attempt("trader", lambda person: asking.ask(service, person, question))
            if admission is not None:
                visit.go("", run=admission.id)
        except UsageError as error:
            visit.refused(error)
        finally:
            run.enable()

    run.on_click(start)
    as_of.on("keydown.enter", start)


async def _list(visit: Visit) -> None:
    """What is under way, and what was decided last."""
    service = visit.service
    making = await asyncio.to_thread(ideas.under_way, service)
    unanswered = await asyncio.to_thread(service.desk.ledger.ideas.waiting)
    newest = await asyncio.to_thread(partial(service.desk.ledger.decisions.history, limit=_LISTED))
    with ui.element("div").classes("grid"):
        _under_way(service, making, len(unanswered))
        _newest(newest)


def _under_way(service: Service, making: Sequence[UnderWay], unanswered: int) -> None:
    running, waiting = service.runner.load
    with panel("Under way"):
        figures(
            [("Run here", str(running)), ("Wait their turn here", str(waiting)), ("Wait for a person", str(unanswered))]
        )
        if making:
            rows = [(_link(each.id), each.symbol, each.timeframe, each.as_of, each.asked_by or "-") for each in making]
            table("Being decided", ("Decision", "Symbol", "Bars", "As of", "Asked by"), rows[-_LISTED:])
        if unanswered:
            go("Answer the ideas that wait", link("ideas", state="needs_approval"))


def _newest(newest: Sequence[Entry]) -> None:
    with panel("Decided last"):
        if not newest:
            text("p", "Nothing has been decided yet.", "muted")
            return
        rows = [
            (_link(each.id), each.symbol, say.day(each.as_of), say.spaced(each.action), say.spaced(each.status))
            for each in newest
        ]
        table("Newest first", ("Decision", "Symbol", "As of", "Action", "Status"), rows)


def _link(decision_id: str) -> Cell:
    return Cell(decision_id, href=link("", run=decision_id))
