"""Finished decisions: found by what stands in the address, read whole, made again, and set against each other."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.value_element import ValueElement

from fks_agents.errors import UsageError
from fks_agents.service.pages import _compared, _decision
from fks_agents.service.pages._asking import button, choice, day, field
from fks_agents.service.pages._folded import TONES, alert, go
from fks_agents.service.pages._frame import Page, Visit, link, panel, table, text
from fks_agents.service.pages._parts import Cell, Tone
from fks_agents.service.showing import history
from fks_agents.service.showing.history import Listing, Row, Wanted

PAGE = Page(path="history", title="History", icon="history", place=30)

_COLUMNS = (
    "Time (UTC)", "Market", "Action", "Gate", "Status then", "Conviction", "Outcome", "Model", "Reason", "Compare",
)  # fmt: skip


async def show(visit: Visit) -> None:
    query = visit.query
    one, two = query.get("one", ""), query.get("two", "")
    if query.get("id"):
        await _decision.show(visit, query["id"])
    elif one and two:
        await _compared.show(visit, one, two)
    else:
        await _list(visit, one)


async def _list(visit: Visit, one: str) -> None:
    try:
        asked = history.wanted(visit.query)
    except UsageError as error:
        _filters(visit, Wanted(), one)
        alert(str(error))
        return
    _filters(visit, asked, one)
    found = await asyncio.to_thread(history.listing, visit.service.desk.ledger, asked)
    with panel("Decisions", hint="newest first"):
        if one:
            with ui.element("div").classes("line"):
                text("strong", f"Choose the decision to compare {one} with.").props["role"] = "status"
                go("Cancel", _address(asked))
        _rows(found, asked, one)
        _pages(found, asked, one)
        if found.unfinished:
            waiting = "1 decision is" if found.unfinished == 1 else f"{found.unfinished} decisions are"
            text("p", f"{waiting} not finished; the first page shows them.", "muted small")


def _rows(found: Listing, asked: Wanted, one: str) -> None:
    if found.is_empty:
        with ui.element("p"):
            text("span", "No decision has been made yet. ")
            go("Ask for one", link(""))
            text("span", ", or run `fks demo`.")
        return
    if not found.rows:
        with ui.element("p"):
            text("span", "No finished decision fits these filters. ")
            go("Show all", link("history"))
        return
    rows = [_row(each, asked, one) for each in found.rows]
    table(f"{len(rows)} decisions", _COLUMNS, rows, numbers=("Conviction",))


def _row(row: Row, asked: Wanted, one: str) -> list[str | Cell]:
    profit: Tone = "" if not row.r else "good" if row.r > 0 else "bad"
    if one == row.id:
        compare = Cell("this one", "muted")
    else:
        chosen = {"one": one, "two": row.id} if one else {"one": row.id} | _given(asked)
        compare = Cell("With this one" if one else "Compare", "", link("history", **chosen))
    return [
        Cell(row.at, "", link("history", id=row.id)), f"{row.symbol} {row.timeframe}", row.action,
        Cell(row.verdict, TONES.get(row.verdict, "")), row.status, row.conviction, Cell(row.outcome, profit), row.model,
        row.reason, compare,
    ]  # fmt: skip


def _pages(found: Listing, asked: Wanted, one: str) -> None:
    more = {"one": one} if one else {}
    with ui.element("nav").classes("line") as shape:
        shape.props["aria-label"] = "Pages of decisions"
        if asked.before:
            go("Newest", link("history", **_given(asked._replace(before="")), **more))
        if found.next is not None:
            go("Older", link("history", **_given(asked._replace(before=str(found.next))), **more))


def _filters(visit: Visit, asked: Wanted, one: str) -> None:
    """What is filled in goes into the address, so that it can be passed on."""
    fields: dict[str, ValueElement[Any]] = {}
    with panel("Filters"), ui.element("div").classes("form"):
        for name, label in (("symbol", "Symbol"), ("text", "Words in the reason")):
            fields[name] = field(label, value=getattr(asked, name))
        for name, label, words in (
            ("action", "Action", history.ACTIONS), ("status", "Status", history.STATUSES),
        ):  # fmt: skip
            options = {"": "all"} | {word: word.replace("_", " ") for word in words}
            fields[name] = choice(label, options, value=getattr(asked, name))
        for name, label in (("since", "From day"), ("until", "To day")):
            fields[name] = day(label)
            fields[name].value = getattr(asked, name)[:10]

        def ask() -> None:
            given = {name: str(each.value or "").strip() for name, each in fields.items()}
            _go(visit, {name: value for name, value in given.items() if value}, one)

        for name in ("symbol", "text", "since", "until"):
            fields[name].on("keydown.enter", ask, args=[])
        with ui.element("div").classes("line"):
            button("Show", is_main=True).on_click(ask)
            button("All").on_click(lambda: _go(visit, {}, one))


def _go(visit: Visit, given: Mapping[str, str], one: str) -> None:
    visit.go("history", **given, **({"one": one} if one else {}))


def _given(asked: Wanted) -> dict[str, str]:
    return {name: value for name, value in asked._asdict().items() if value}


def _address(asked: Wanted) -> str:
    return link("history", **_given(asked))
