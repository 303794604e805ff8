"""Risk: the switch that stops every new order, accounts against their limits, and who set what."""

from __future__ import annotations

import asyncio

from nicegui import ui

from fks_agents.errors import FksError, UsageError
from fks_agents.service.pages._asking import button, confirmed, field, number
from fks_agents.service.pages._frame import Page, Visit, badge, panel, table, text
from fks_agents.service.pages._looking import looking
from fks_agents.service.pages._parts import Cell, Tone
from fks_agents.service.people import Person
from fks_agents.service.problems import Problem
from fks_agents.service.routes.halt import Trading, Why, halt, resume
from fks_agents.service.routes.risk import Risk, limit
from fks_agents.service.showing import risk as showing
from memory.halts import Halt

PAGE = Page(path="risk", title="Risk & halt", icon="front_hand", place=70)

_LOOKS = 3.0
_LISTED = 50

_HALT = (
    "From then on no new order is sent, whoever asks: decisions, the scanner and alerts included. Orders that work and "
    "positions stay as they are."
)
_RESUME = "Decisions that are made from then on may send orders again, within the limits."


async def show(visit: Visit) -> None:
    _Switch(visit, await asyncio.to_thread(visit.service.desk.ledger.halts.current))
    await _accounts(visit)
    with ui.element("div").classes("grid"):
        await _limits(visit)
        await _history(visit)


# --- halt and resume


class _Switch:
    def __init__(self, visit: Visit, last: Halt | None) -> None:
        self._visit, self._last = visit, last
        with panel("Trading"):
            self._state = ui.element("div").classes("line")
            self._state.props["role"] = "status"
            if visit.may("trader"):
                self._reason = field("Reason", hint="kept with your name and the time", most=400)
                self._row = ui.element("div").classes("line")
        self._draw()
        ui.timer(_LOOKS, self._look)

    def _draw(self) -> None:
        last = self._last
        self._state.clear()
        with self._state:
            if last is None:
                badge("trading goes on", "good")
                text("span", "New orders may be sent.")
            else:
                badge("halted", "bad")
                text("span", f"since {last.at:%Y-%m-%d %H:%M} UTC by {last.by}: {last.reason}")
        if self._visit.may("trader"):
            self._row.clear()
            with self._row:
                said = "Halt trading" if last is None else "Resume trading"
                button(said, is_main=True, is_grave=last is None).classes("large").on_click(self._turn)

    async def _turn(self) -> None:
        why, is_halt = (self._reason.value or "").strip(), self._last is None
        self._reason.error = None if why else "expected a few words"
        if not why or not await _asked(is_halt=is_halt):
            return

        def act(person: Person) -> Trading:
            return (halt if is_halt else resume)(self._visit.service, Why(reason=why), person)

        done = await self._visit.attempt("trader", act)
        if done is not None:
            self._last, self._reason.value = done.halt, ""
            self._draw()
            self._visit.done("Trading is halted." if done.is_halted else "Trading goes on.")
            await self._visit.look()

    async def _look(self) -> None:
        try:
            found = await asyncio.to_thread(self._visit.service.desk.ledger.halts.current)
        except FksError:
            return  # the next look may find it
        if found != self._last:
            self._last = found
            self._draw()
            await self._visit.look()


async def _asked(*, is_halt: bool) -> bool:
    if is_halt:
        return await confirmed("Halt all trading?", _HALT, "Halt")
    return await confirmed("Resume trading?", _RESUME, "Resume", is_grave=False)


# --- accounts


async def _accounts(visit: Visit) -> None:
    with panel("Accounts", hint="against the limits of the next decision"):
        await looking(lambda: showing.accounts(visit.service.desk), _draw_accounts, every=2 * _LOOKS)


def _draw_accounts(found: showing.Accounts) -> None:
    if not found.shown:
        text("p", "Nothing has been ordered yet, so no account is open.", "muted")
    else:
        columns = ("Account", "State", "Equity", "Cash", "Exposure", "Today", "Drawdown", "Losses in a row")
        rows = [_row(each) for each in found.shown]
        table("State, equity and what would stop it", columns, rows, numbers=columns[2:])
    if positions := [(each, held) for each in found.shown for held in each.held]:
        lines = [
            (
                account.name, held.symbol, held.side, held.quantity, held.price,
                Cell(f"{held.unrealised:+,.2f}", "good" if held.unrealised > 0 else "bad"), f"{held.value:,.2f}",
            )
            for account, held in positions
        ]  # fmt: skip
        names = ("Account", "Symbol", "Side", "Quantity", "Price", "Unrealised", "Value")
        table("Positions", names, lines, numbers=names[3:])
    if found.left_out:
        text("p", showing.left_out(found.left_out), "muted small")


def _row(each: showing.Account) -> tuple[str | Cell, ...]:
    if each.problem:
        return (each.name, Cell(each.problem, "bad"), "", "", "", "", "", "")
    state = Cell("; ".join(each.stops), "bad") if each.stops else Cell("trades", "good")
    near: Tone = "warn" if each.drawdown_used >= 0.5 else ""
    return (
        each.name, state, f"{each.equity:,.2f}", f"{each.cash:,.2f}", f"{100 * each.exposure:.1f} %",
        each.day, Cell(each.drawdown, near), each.streak,
    )  # fmt: skip


# --- limits


async def _limits(visit: Visit) -> None:
    service = visit.service
    with panel("Limits of the next decision"):
        place = ui.element("div").classes("stack")

    async def draw() -> None:
        now = await asyncio.to_thread(showing.limits, service.settings, service.desk.ledger)
        seen = len(await asyncio.to_thread(service.desk.ledger.limits.log))
        place.clear()
        with place:
            rows = [(each.label, each.shown, each.meaning, each.set_by or "settings", each.setting) for each in now]
            table("Set by people or by the settings", ("Limit", "Now", "Meaning", "Set by", "Setting"), rows,
                  numbers=("Now", "Setting"))  # fmt: skip
            if visit.may("trader"):
                _form(now, seen)

    def _form(now: tuple[showing.Limit, ...], seen: int) -> None:
        said = "You may make risk smaller; larger needs an admin." if not visit.may("admin") else ""
        text("p", f"What is set here holds from the next decision on. {said}", "muted small")
        with ui.element("div").classes("fields"):
            units = {"percent": "%", "losses": "losses", "seconds": "s"}
            fields = {each.name: number(f"{each.label}, {units[each.unit]}", value=each.value) for each in now}
        reason = field("Reason for the change", most=400)

        async def keep() -> None:
            given = {name: made.value for name, made in fields.items()}

            def act(person: Person) -> Risk:
                if len(service.desk.ledger.limits.log()) != seen:
                    raise Problem(409, "the limits were changed meanwhile; look at them again")
                return limit(service, showing.change(now, given, reason.value or ""), person)

            try:
                wanted = showing.change(now, given, reason.value or "x").wanted()
            except UsageError as error:
                visit.refused(error)
                return
            shown = "; ".join(showing.steps(now, wanted))
            if not await confirmed("Set limits?", f"From the next decision on: {shown}.", "Set", is_grave=False):
                return
            if await visit.attempt("trader", act) is not None:
                await draw()
                visit.done("The limits are set.")
                await visit.look()

        with ui.element("div").classes("line"):
            button("Set limits", is_main=True).on_click(keep)

    await draw()


# --- what was


Was = tuple[tuple[showing.Turn, ...], tuple[tuple[str, str, str, str], ...]]


async def _history(visit: Visit) -> None:
    ledger = visit.service.desk.ledger

    def read() -> Was:
        return showing.turns(ledger.halts.log())[:_LISTED], showing.changes(ledger.limits.log())[:_LISTED]

    with panel("History"):
        visit.looks.append(await looking(read, _draw_history, every=2 * _LOOKS))


def _draw_history(was: Was) -> None:
    halts, limits = was
    if halts:
        rows = [(Cell(each.what, "bad" if each.is_halt else "good"), each.at, each.by, each.reason) for each in halts]
        table("Halts, newest first, times in UTC", ("What", "When", "By", "Reason"), rows)
    else:
        text("p", "Trading was never halted.", "muted")
    if limits:
        table("Limits, newest first", ("When", "By", "Set", "Reason"), limits)
