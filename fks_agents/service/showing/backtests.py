"""Backtests as their page shows them: how far each is, its path, its figures, what luck would give, its trades."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Literal, NamedTuple, get_args

from pydantic import ValidationError

from evaluators.backtest.drawn import Drawn
from evaluators.backtest.figures import Compared
from fks_agents import _wording as say
from fks_agents._unfit import in_a_line
from fks_agents.contracts import Timeframe
from fks_agents.errors import UsageError
from fks_agents.service.routes.backtests import Wanted
from memory.backtests import Backtest, Result, State

STATES: tuple[str, ...] = get_args(State)
TIMEFRAMES: tuple[str, ...] = get_args(Timeframe)
TRADES = 25
"""Trades of one page."""

Tone = Literal["", "muted", "good", "bad", "warn"]
_TONES: dict[State, Tone] = {"done": "good", "failed": "bad", "running": "warn", "waiting": "", "cancelled": "muted"}


class Row(NamedTuple):
    """One backtest of the list."""

    id: str
    state: State
    tone: Tone
    strategy: str
    symbol: str
    by: str
    at: str
    told: str
    """Why it failed, who cancelled it."""


class Trade(NamedTuple):
    number: str
    side: str
    entered: str
    left: str
    quantity: str
    entry: str
    exit: str
    exit_by: str
    gained: str
    profit: str
    is_gain: bool
    why: str


class Told(NamedTuple):
    """A result, in words; `drawn` holds its path."""

    title: str
    span: str
    verdict: str
    is_found: bool
    costs: str
    compared: tuple[Compared, ...]
    tested: tuple[Compared, ...]
    trades: tuple[Trade, ...]
    """Newest first."""
    notes: tuple[str, ...]
    """What else one should know: an account's rule that stopped it, ambiguous bars, a position still open."""
    drawn: Drawn


def row(asked: Backtest) -> Row:
    told = asked.reason or (f"by {asked.cancelled_by}" if asked.cancelled_by else "")
    at = f"{asked.at:%Y-%m-%d %H:%M}"
    return Row(asked.id, asked.state, _TONES[asked.state], asked.strategy, asked.symbol, asked.by, at, told)


def progress(asked: Backtest) -> tuple[float, str]:
    """The part that is played, from 0 to 1, and the same in words."""
    if asked.state == "waiting":
        return 0.0, "waits for its turn"
    if not asked.of:
        return 0.0, "reading prices and computing signals"
    words = "testing the trades against luck" if asked.done >= asked.of else "played"
    return asked.done / asked.of, f"{asked.done:,} of {asked.of:,} bars, {words}"


def wanted(given: Mapping[str, Any]) -> Wanted:
    """What a form asks for; costs in percent, days as 2018-01-31. Raises UsageError naming the field."""
    fields: dict[str, Any] = {name: value for name, value in given.items() if value not in (None, "")}
    for name in ("fee", "slippage"):
        if name in fields:
            fields[name] = _number(name, fields[name]) / 100.0
    for name in ("begin", "end"):
        if name in fields:
            fields[name] = _day(name, str(fields[name]), is_end=name == "end")
    try:
        return Wanted.model_validate(fields)
    except ValidationError as error:
        raise UsageError(in_a_line(error.errors(include_url=False)[0])) from None


def told(result: Result) -> Told:
    found: dict[str, Any] = json.loads(result.told)
    drawn = Drawn.model_validate_json(result.drawn)
    settings = found["settings"]
    count = f"{found['bars']:,} bars"
    frame: Timeframe = found["timeframe"]
    trials = settings["trials"]
    return Told(
        title=f"{found['strategy']['name']} on {found['symbol']} {frame}",
        span=f"{_when(found['from'], frame)} to {_when(found['to'], frame)}, {count}",
        verdict=found["verdict"],
        is_found=drawn.is_found,
        costs=(
            f"cash {settings['cash']:,.0f}, fee {_percent(settings['fee'])}, "
            f"slippage {_percent(settings['slippage'])}, {trials} trial{'' if trials == 1 else 's'}"
        ),
        compared=drawn.compared,
        tested=(*_sharpe(found["significance"]), *drawn.tested),
        trades=tuple(_trade(at + 1, each, frame) for at, each in reversed(list(enumerate(found["trades"])))),
        notes=tuple(_notes(found, frame)),
        drawn=drawn,
    )


def path_told(drawn: Drawn) -> str:
    """The chart in a sentence, for who cannot see it."""
    return (
        f"Equity from {drawn.equity[0]:,.0f} to {drawn.equity[-1]:,.0f}, buying and holding to {drawn.held[-1]:,.0f}; "
        f"deepest drawdown {-100.0 * min(drawn.drawdown):.2f} %"
    )


def _sharpe(said: dict[str, Any] | None) -> list[Compared]:
    """Of the trades, with the interval that resampling them gives."""
    if said is None or said["sharpe"] is None or said["sharpe"]["low"] is None:
        return []
    part = said["sharpe"]
    shown = f"{part['value']:.2f} ({part['low']:.2f} to {part['high']:.2f})"
    return [Compared("Sharpe a trade, 95 % interval", shown, "", "Stationary block bootstrap of the trades")]


def _trade(number: int, each: dict[str, Any], frame: Timeframe) -> Trade:
    return Trade(
        number=f"{number}",
        side=each["side"],
        entered=_when(each["entered"], frame),
        left=_when(each["left"], frame),
        quantity=say.number(each["quantity"]),
        entry=say.price(each["entry"]),
        exit=say.price(each["exit"]),
        exit_by=say.spaced(each["exit_by"]),
        gained=f"{100.0 * each['return']:+.2f} %",
        profit=f"{each['profit']:+,.2f}",
        is_gain=each["profit"] > 0.0,
        why="; ".join(each["why"]),
    )


def _notes(found: dict[str, Any], frame: Timeframe) -> list[str]:
    notes = []
    if found["is_partial"]:
        notes.append("It was interrupted: what was played is shown.")
    if stopped := found["stopped_by"]:
        rule = say.spaced(stopped["rule"])
        notes.append(f"The account's rule {rule} stopped it on {_when(stopped['at'], frame)}.")
    equity = found["equity"]
    if equity["ambiguous_bars"] and equity["final_low"] is not None:
        notes.append(
            f"{equity['ambiguous_bars']} bars reached levels on both sides: final equity {equity['final_low']:,.2f} to "
            f"{equity['final_high']:,.2f}; the worse order is shown."
        )
    if held := found["open"]:
        side = "long" if held["side"] > 0 else "short"
        notes.append(f"A {side} position is still open, {held['unrealised']:+,.2f} so far; it counts in the equity.")
    return notes


def _number(name: str, given: object) -> float:
    try:
        return float(str(given))
    except ValueError:
        raise UsageError(f"{name}: expected a number, was {str(given)[:40]!r}") from None


def _day(name: str, given: str, *, is_end: bool) -> datetime:
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise UsageError(f"{name}: expected a day like 2018-01-31, was {given[:40]!r}") from None
    return datetime.combine(day, time.max if is_end else time.min, UTC)


def _when(moment: str, frame: Timeframe) -> str:
    return say.when(datetime.fromisoformat(moment), frame)


def _percent(fraction: float) -> str:
    return f"{100.0 * fraction:g} %"
