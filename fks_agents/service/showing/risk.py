"""Limits and who set them, accounts held against them, and every halt: as the page of risk shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from execution_core.limits import Account as CoreAccount, Limits as CoreLimits, shrink
from fks_agents.contracts import AccountView
from fks_agents.errors import FksError, UsageError
from fks_agents.service.routes.risk import Change
from fks_agents.settings import Settings
from graphs import limiting
from graphs.desk import Desk
from memory.halts import Halt
from memory.ledger import Ledger
from memory.limits import LimitChange

MOST = 25
"""Accounts that are shown; those of single decisions about the past are left out first."""

Unit = Literal["percent", "losses", "seconds"]

_WORDS: dict[str, tuple[str, Unit, str]] = {
    "max_position": ("Largest position", "percent", "of equity, in one symbol"),
    "max_daily_loss": ("Daily loss", "percent", "since yesterday's close; trading stops there"),
    "max_drawdown": ("Drawdown", "percent", "below the highest equity; trading stops there"),
    "max_losing_streak": ("Losses in a row", "losses", "trading stops there"),
    "min_seconds_between_trades": ("Time between entries", "seconds", "at least"),
    "min_conviction": ("Conviction", "percent", "below it nothing is traded"),
}
_OPEN = CoreLimits(1e15, 1e15, 1e15, 10**9, 0.0, 0.0)
"""Limits that never bite."""


class Limit(NamedTuple):
    name: limiting.Limit
    label: str
    unit: Unit
    value: float
    """In its unit: 25 for a quarter of equity."""
    shown: str
    meaning: str
    set_by: str
    """Who, when and why; empty where it is the setting's."""
    setting: str
    """What it would be if nobody had set it."""


class Held(NamedTuple):
    symbol: str
    side: str
    quantity: str
    price: str
    unrealised: float
    value: float
    """Marked, in account currency."""


class Account(NamedTuple):
    name: str
    equity: float
    cash: float
    exposure: float
    """Positions and working entries against equity, as a fraction."""
    day: str
    drawdown: str
    streak: str
    drawdown_used: float
    """Of the limit, from 0 to 1."""
    stops: tuple[str, ...]
    """Why nothing new is traded on it; empty where it trades."""
    held: tuple[Held, ...]
    problem: str = ""
    """Why it cannot be read."""


class Accounts(NamedTuple):
    shown: tuple[Account, ...]
    left_out: int


class Turn(NamedTuple):
    """One halt, or the end of one."""

    what: str
    is_halt: bool
    at: str
    by: str
    reason: str


def limits(settings: Settings, ledger: Ledger) -> tuple[Limit, ...]:
    """Of the next decision."""
    now, log = limiting.effective(settings, ledger), ledger.limits.log()
    return tuple(_limit(name, now, settings, log) for name in limiting.LIMITS)


def change(now: tuple[Limit, ...], given: Mapping[limiting.Limit, float | None], reason: str) -> Change:
    """What a form changes of them, each in its unit. Raises UsageError where it is nothing, or does not fit."""
    wanted: dict[str, Any] = {}
    for limit in now:
        value = given.get(limit.name)
        if value is None:
            raise UsageError(f"{limit.label}: expected a number, was empty")
        if value != limit.value:
            wanted[limit.name] = round(value / 100.0, 10) if limit.unit == "percent" else value
    if not wanted:
        raise UsageError("expected at least one limit that is not as it was")
    try:
        return Change.model_validate(wanted | {"reason": reason.strip()})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "limits"
        if name == "reason":
            raise UsageError("reason: expected a few words, was empty or longer than 400 characters") from None
        unit = _WORDS[name][1] if name in _WORDS else "percent"
        told = str(first["msg"]).removeprefix("Value error, ").replace("Input should be", "expected")
        said = "expected 0 to 100 %" if unit == "percent" else told
        was = next(value for key, value in given.items() if key == name)
        raise UsageError(f"{_WORDS[name][0]}: {said}, was {was:g}") from None


def steps(now: tuple[Limit, ...], wanted: Mapping[limiting.Limit, float]) -> tuple[str, ...]:
    """`Drawdown 15 % -> 30 %`, of each limit that is to be another."""
    return tuple(
        f"{each.label} {each.shown} -> {_shown(each.name, wanted[each.name])}" for each in now if each.name in wanted
    )


def accounts(desk: Desk) -> Accounts:
    """Named accounts, then those of decisions that are still open."""
    every = desk.ledger.paper.accounts()
    named = [name for name in every if not re.fullmatch("[0-9a-f]{12}", name)]
    is_open = {entry.account for entry in desk.ledger.decisions.open_decisions()}
    chosen = [*named, *(name for name in every if name in is_open and name not in named)][:MOST]
    settings = limiting.effective(desk.settings, desk.ledger)
    return Accounts(tuple(_account(desk, name, settings) for name in chosen), len(every) - len(chosen))


def left_out(count: int) -> str:
    if count == 1:
        return "1 more account belongs to a single decision about the past."
    return f"{count} more accounts belong to single decisions about the past."


def turns(halts: tuple[Halt, ...]) -> tuple[Turn, ...]:
    """Newest first."""
    return tuple(
        Turn("halted" if each.is_halted else "resumed", each.is_halted, _at(each), each.by, each.reason)
        for each in reversed(halts)
    )


def changes(log: tuple[LimitChange, ...]) -> tuple[tuple[str, str, str, str], ...]:
    """When, by whom, what, why; newest first."""
    return tuple(
        (
            _at(each), each.by,
            ", ".join(f"{_WORDS[name][0]} {_shown(name, value)}" for name, value in each.limits.items()
                      if name in _WORDS),
            each.reason,
        )
        for each in reversed(log)
    )  # fmt: skip


def _limit(name: limiting.Limit, now: Settings, settings: Settings, log: tuple[LimitChange, ...]) -> Limit:
    label, unit, meaning = _WORDS[name]
    value = limiting.value(now, name)
    last = next((each for each in reversed(log) if name in each.limits), None)
    return Limit(
        name=name, label=label, unit=unit, value=round(100.0 * value, 8) if unit == "percent" else value,
        shown=_shown(name, value), meaning=meaning,
        set_by="" if last is None else f"{last.by} at {_at(last)}: {last.reason}",
        setting=_shown(name, limiting.value(settings, name)),
    )  # fmt: skip


def _account(desk: Desk, name: str, settings: Settings) -> Account:
    broker, now = desk.broker(name, settings), desk.clock.now()
    try:
        symbols = (desk.ledger.paper.load(name) or {}).get("symbols")
        views = {each: broker.account(each, now) for each in (symbols if isinstance(symbols, dict) else ())}
        whole = next(iter(views.values()), None) or broker.account("", now)
    except FksError as error:
        return Account(name, 0.0, 0.0, 0.0, "", "", "", 0.0, (), (), str(error))
    held = tuple(_held(symbol, view) for symbol, view in views.items() if view.position is not None)
    at_work = sum(abs(each.value) for each in held) + sum(view.ordered for view in views.values())
    most = settings.max_drawdown
    return Account(
        name=name, equity=whole.equity, cash=whole.cash,
        exposure=at_work / whole.equity if whole.equity > 0.0 else 0.0,
        day=f"{_percent(whole.day_return, signed=True)} (stops at {_percent(-settings.max_daily_loss)})",
        drawdown=f"{_percent(whole.drawdown)} (stops at {_percent(most)})",
        streak=f"{whole.losing_streak} (stops at {settings.max_losing_streak})",
        drawdown_used=min(whole.drawdown / most, 1.0) if most else 1.0,
        stops=_stops(whole, settings), held=held,
    )  # fmt: skip


def _stops(view: AccountView, settings: Settings) -> tuple[str, ...]:
    """Each limit alone, by the code that decisions are held to."""
    account = CoreAccount(view.equity, 0.0, view.day_return, view.drawdown, view.losing_streak, None)
    found = []
    for alone in (
        _OPEN._replace(max_daily_loss=settings.max_daily_loss),
        _OPEN._replace(max_drawdown=settings.max_drawdown),
        _OPEN._replace(max_losing_streak=settings.max_losing_streak),
    ):
        found += [cut.reason for cut in shrink(1.0, 1.0, 1.0, account, alone).cuts if cut.limit != "position"]
    return tuple(found)


def _held(symbol: str, view: AccountView) -> Held:
    position = view.position
    assert position is not None
    is_long = position.side == "buy"
    cost = position.quantity * position.average_price
    value = cost + position.unrealised if is_long else cost - position.unrealised
    side = "long" if is_long else "short"
    return Held(
        symbol, side, f"{position.quantity:,.4g}", f"{position.average_price:,.2f}", position.unrealised, value
    )  # fmt: skip


def _shown(name: str, value: float) -> str:
    match _WORDS[name][1]:
        case "percent":
            return _percent(value)
        case "seconds":
            return f"{value:g} s"
        case _:
            return f"{value:g}"


def _percent(fraction: float, *, signed: bool = False) -> str:
    text = f"{100.0 * fraction:+.2f}" if signed and round(100.0 * fraction, 2) else f"{100.0 * fraction:.2f}"
    return f"{text.rstrip('0').rstrip('.')} %"


def _at(each: Halt | LimitChange) -> str:
    return f"{each.at:%Y-%m-%d %H:%M}"
