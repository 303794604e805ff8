"""Backtests: asked for, watched, and read with what luck would have given."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from nicegui import ui

from evaluators.backtest import presets
from fks_agents.errors import FksError
from fks_agents.service.pages._asking import button, choice, confirmed, day, field, number
from fks_agents.service.pages._equity import draw_equity
from fks_agents.service.pages._frame import Page, Visit, badge, link, panel, table, text
from fks_agents.service.pages._looking import looking
from fks_agents.service.pages._parts import Cell
from fks_agents.service.people import Person
from fks_agents.service.routes.backtests import ask, forget
from fks_agents.service.showing import backtests as showing
from memory.backtests import Backtest, State

PAGE = Page(path="backtest", title="Backtest", icon="query_stats", place=50)

_LISTED = 50
_LOOKS = 1.0
_ALL = "all"


async def show(visit: Visit) -> None:
    chosen = visit.query.get("id", "")
    found = await asyncio.to_thread(visit.service.desk.ledger.backtests.get, chosen) if chosen else None
    if chosen and found is None:
        text("p", f"There is no backtest {chosen[:12]}; it may have been deleted.", "bad").props["role"] = "alert"
    if found is not None:
        await _one(visit, found)
    with ui.element("div").classes("grid"):
        if visit.may("trader"):
            await _form(visit)
        await _list(visit)


# --- asking for one


async def _form(visit: Visit) -> None:
    kept = await asyncio.to_thread(visit.service.desk.ledger.strategies.newest)
    names = {name: f"{name} (shipped)" for name in presets()} | {each.name: each.name for each in kept}
    market = visit.service.desk.feeds(visit.service.settings).market
    symbols, settings = await asyncio.to_thread(market.symbols), visit.service.settings
    asked_for = visit.query.get("strategy", "")
    with panel("New backtest"):
        with ui.element("div").classes("fields"):
            strategy = choice("Strategy", names, value=asked_for if asked_for in names else next(iter(names)))
            symbol = choice("Symbol", symbols, value=symbols[0]) if symbols else field("Symbol", most=64)
            timeframe = choice("Timeframe", showing.TIMEFRAMES, value=settings.timeframe)
            begin, end = day("From", hint="empty: first price"), day("To", hint="empty: last price")
            cash = number("Cash", value=settings.cash)
            fee = number("Fee, % of value", value=100.0 * settings.fee, step=0.01)
            slippage = number("Slippage, % of price", value=100.0 * settings.slippage, step=0.01)
            trials = number("Ideas tried", value=1, step=1, hint="this one included")
        text("p", "The more ideas were tried, the better the best of them looks by luck alone.", "muted small")

        async def start() -> None:
            given = {
                "name": strategy.value, "symbol": symbol.value, "timeframe": timeframe.value, "begin": begin.value,
                "end": end.value, "cash": cash.value, "fee": fee.value, "slippage": slippage.value,
                "trials": trials.value,
            }  # fmt: skip
            act = lambda person: ask(visit.service, showing.wanted(given), person)  # noqa: E731
            if (asked := await visit.attempt("trader", act)) is not None:
                visit.go("backtest", id=asked.id)

        with ui.element("div").classes("line"):
            button("Start", is_main=True).on_click(start)
            text("a", "Strategies", "small").props["href"] = link("strategies")


# --- those there are


async def _list(visit: Visit) -> None:
    states: dict[str, State | None] = {_ALL: None, "waiting": "waiting", "running": "running", "done": "done"}
    states |= {"failed": "failed", "cancelled": "cancelled"}
    with panel("Backtests"):
        with ui.element("div").classes("fields"):
            state = choice("State", list(states), value=_ALL)
            by = choice("Asked by", [_ALL, visit.person.name], value=_ALL)

        def read() -> list[showing.Row]:
            mine = None if by.value == _ALL else str(by.value)
            found = visit.service.desk.ledger.backtests.page(state=states[str(state.value)], by=mine, limit=_LISTED)
            return [showing.row(each) for each in found]

        look = await looking(read, _rows, every=2 * _LOOKS)
    for chooser in (state, by):
        chooser.on_value_change(look)


def _rows(rows: Sequence[showing.Row]) -> None:
    if not rows:
        text("p", "None yet.", "muted")
        return
    cells = [
        (
            Cell(f"{row.strategy} {row.symbol}", href=link("backtest", id=row.id)),
            Cell(row.state, row.tone),
            row.by, row.at, row.told,
        )
        for row in rows
    ]  # fmt: skip
    table(f"The newest {len(rows)}, times in UTC", ("Backtest", "State", "By", "Asked", "Reason"), cells)


# --- one of them


async def _one(visit: Visit, asked: Backtest) -> None:
    with ui.element("div").classes("stack") as place:
        bar = await _draw(visit, asked)
    if bar is None:
        return

    async def look() -> None:
        try:
            found = await asyncio.to_thread(visit.service.desk.ledger.backtests.get, asked.id)
        except FksError:
            return  # the next look may find it
        if found is not None and found.is_under_way:
            bar.show(found)
            return
        timer.deactivate()
        place.clear()
        if found is not None:
            with place:
                await _draw(visit, found)

    timer = ui.timer(_LOOKS, look)


class _Bar:
    """How far one is."""

    def __init__(self) -> None:
        self._bar = ui.element("progress")
        self._bar.props.update({"max": 1, "value": 0, "aria-label": "Bars played"})
        self._said = text("p", "", "muted small")
        self._said.props["role"] = "status"

    def show(self, asked: Backtest) -> None:
        self._bar.props["value"], self._said.text = showing.progress(asked)


async def _draw(visit: Visit, asked: Backtest) -> _Bar | None:
    row = showing.row(asked)
    bar = None
    with panel(f"{asked.strategy} on {asked.symbol}", hint=f"{asked.id}, asked by {asked.by} at {row.at} UTC"):
        with ui.element("div").classes("line"):
            badge(row.state, row.tone)
            text("span", row.told)
            _acts(visit, asked)
        if asked.is_under_way:
            bar = _Bar()
            bar.show(asked)
        if asked.state == "done":
            await _result(visit, asked)
    return bar


def _acts(visit: Visit, asked: Backtest) -> None:
    async def cancel() -> None:
        def act(person: Person) -> bool:
            visit.service.backtests.cancel(asked.id, person.name)
            return True

        await visit.attempt("trader", act)

    async def delete() -> None:
        if not await confirmed("Delete this backtest?", "Its result goes with it.", "Delete"):
            return

        def act(person: Person) -> bool:
            forget(visit.service, asked.id, person)
            return True

        if await visit.attempt("trader", act):
            visit.go("backtest")

    if asked.is_under_way and visit.may("trader"):
        button("Cancel").on_click(cancel)
    elif visit.may("admin") or (visit.may("trader") and asked.by == visit.person.name):
        button("Delete", is_grave=True).on_click(delete)


async def _result(visit: Visit, asked: Backtest) -> None:
    kept = await asyncio.to_thread(visit.service.desk.ledger.backtests.result, asked.id)
    if kept is None:
        return
    told = await asyncio.to_thread(showing.told, kept)
    text("p", f"{told.title}, {told.span}; {told.costs}.", "muted small")
    with ui.element("div").classes("line"):
        badge("edge found" if told.is_found else "no edge found", "good" if told.is_found else "")
        text("p", told.verdict)
    draw_equity(told.drawn)
    for note in told.notes:
        text("p", note, "small")
    with ui.element("div").classes("grid"):
        rows = [(each.name, each.strategy, each.held, each.meaning) for each in told.compared]
        with ui.element("div").classes("stack"):
            table("What it did", ("Figure", "Strategy", "Held", "Meaning"), rows, numbers=("Strategy", "Held"))
        tests = [(each.name, each.strategy, each.meaning) for each in told.tested]
        with ui.element("div").classes("stack"):
            if tests:
                table("Skill or luck", ("Test", "Figure", "What it asks"), tests, numbers=("Figure",))
            _downloads(asked)
    _trades(told)


def _downloads(asked: Backtest) -> None:
    with ui.element("div").classes("line"):
        for kind, name, said in (("result", "json", "Result as JSON"), ("report", "html", "Report as HTML")):
            address = text("a", said)
            address.props["href"] = f"../v1/backtests/{asked.id}/{kind}"
            address.props["download"] = f"backtest-{asked.strategy}-{asked.id}.{name}"


def _trades(told: showing.Told) -> None:
    columns = ("Trade", "Side", "Entered", "Left", "Quantity", "Entry", "Exit", "Left by", "Return", "Profit", "Why")
    numbers = ("Trade", "Quantity", "Entry", "Exit", "Return", "Profit")
    place = ui.element("div").classes("stack")
    first = 0

    def draw() -> None:
        place.clear()
        part = told.trades[first : first + showing.TRADES]
        rows = [
            (*each[:8], Cell(each.gained, "good" if each.is_gain else "bad"), each.profit, each.why) for each in part
        ]
        with place:
            table(f"Trades {_span(first, part)} of {len(told.trades)}, newest first", columns, rows, numbers=numbers)
            with ui.element("div").classes("line"):
                if first:
                    button("Newer trades").on_click(lambda: turn(-showing.TRADES))
                if first + showing.TRADES < len(told.trades):
                    button("Older trades").on_click(lambda: turn(showing.TRADES))

    def turn(by: int) -> None:
        nonlocal first
        first += by
        draw()

    if told.trades:
        draw()


def _span(first: int, part: Sequence[object]) -> str:
    return f"{first + 1} to {first + len(part)}"
