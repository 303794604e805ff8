"""A strategy on bars, in columns: where it would enter and leave, and how far away its exits lie."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np

from evaluators.backtest.conditions import View
from evaluators.backtest.risk import Risk
from evaluators.backtest.strategy import Condition, Distance, LimitEntry, Reward, Session, Strategy
from execution_core import backtest as engine, exits, sizing
from fks_agents.bars import Floats, Nanoseconds, moment
from fks_agents.events import Flags

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOUR, _DAY = 3_600_000_000_000, 86_400_000_000_000
_MONDAY = 3
"""1970-01-01, day 0, was a Thursday."""


class Signals(NamedTuple):
    """One value for each bar, known at its close; distances in price, NaN where there is none."""

    long: Flags
    """Enters, where it can; never together with `short`."""
    short: Flags
    leave_long: Flags
    leave_short: Flags
    atr: Floats
    offset: Floats
    """How far below the close a buy limit lies, and a sell limit above."""
    limit_bars: int
    """Bars a limit waits; 0 for entries at the market."""
    stop: Floats
    target: Floats
    trail: Floats
    after: Floats
    """How far price must go before the trailing stop follows."""
    bars: int
    """Bars until a position is left; 0 for as long as it takes."""


class Measures(NamedTuple):
    """What distances are told in, on each bar."""

    close: Floats
    atr: Floats
    move: Floats
    """Deviation of one bar's return, as a fraction."""


def signals(strategy: Strategy, view: View) -> Signals:
    leaving, close, nothing = strategy.exit, view.bars.close, np.full(len(view.bars), np.nan)
    atr = view.fact("atr_14") if _needs_atr(strategy) else nothing
    move = view.fact("expected_move_1") / 100.0 if _needs(strategy, "volatility") else nothing
    known = Measures(close, atr, move)
    long, short, turned = _sides(strategy, view)
    allowed = _in_session(strategy.sessions, view.bars.closed) & ~_any(view, strategy.forbidden)
    stop = _distance(leaving.stop, known, nothing)
    trail = _distance(leaving.trail.by if leaving.trail else None, known, nothing)
    if _needs_atr(strategy):
        allowed &= ~np.isnan(atr)
    if _needs(strategy, "volatility"):
        allowed &= ~np.isnan(move)
    opposite = leaving.opposite
    return Signals(
        long=long & ~short & allowed,
        short=short & ~long & allowed,
        leave_long=_holds(view, leaving.long) | (turned & ~long) | (short & ~long & opposite),
        leave_short=_holds(view, leaving.short) | (turned & ~short) | (long & ~short & opposite),
        atr=atr,
        offset=atr * strategy.entry.atr if isinstance(strategy.entry, LimitEntry) else nothing,
        limit_bars=strategy.entry.bars if isinstance(strategy.entry, LimitEntry) else 0,
        stop=stop,
        target=_distance(leaving.target, known, stop),
        trail=trail,
        after=_distance(leaving.trail.after if leaving.trail else None, known, stop),
        bars=leaving.bars or 0,
    )


def _sides(strategy: Strategy, view: View) -> tuple[Flags, Flags, Flags]:
    """Where it is for a long position, for a short one, and where a model has just changed its side."""
    if strategy.model is None:
        long, short = (_holds(view, rule) for rule in (strategy.long, strategy.short))
        return long, short, np.zeros_like(long)
    side = engine.sides(strategy.model.native, np.ascontiguousarray(view.bars.close))
    turned = np.append(side[:1] != 0, side[1:] != side[:-1])
    return (side > 0) & turned, (side < 0) & turned, turned


def quantity(strategy: Strategy, found: Signals, equity: float, price: float, row: int, won: Sequence[float]) -> float:
    """Units of the instrument to enter with, `won` being the profits of the trades closed so far; 0 where equity is
    gone."""
    risk, worth = strategy.risk, max(equity, 0.0)
    distance = float(found.trail[row] if np.isnan(found.stop[row]) else found.stop[row])
    stop = max(price - distance, 0.0)
    match risk.sizing:
        case "fixed_fractional":
            wanted = sizing.fixed_fractional(equity, risk.fraction, price, stop)
        case "fixed_r":
            wanted = sizing.fixed_r(risk.amount or 0.0, price, stop)
        case "volatility":
            moved = float(found.atr[row]) / price
            wanted = sizing.volatility_adjusted(equity, risk.fraction, price, moved) if moved else np.inf
        case "kelly":
            wanted = worth * _kelly(risk, won) / price
        case "fraction":
            wanted = worth * risk.fraction / price
    return min(wanted, worth * risk.max_position / price, float(risk.account_rules.get("contracts", np.inf)))


def _kelly(risk: Risk, won: Sequence[float]) -> float:
    """The fraction of equity that the trades so far suggest."""
    gains, losses = [each for each in won if each > 0.0], [each for each in won if each < 0.0]
    if len(won) < risk.kelly.least or not gains or not losses:
        return risk.fraction
    payoff = (sum(gains) / len(gains)) / (-sum(losses) / len(losses))
    return sizing.kelly(len(gains) / len(won), payoff, risk.kelly.share, risk.kelly.cap)


def _needs(strategy: Strategy, measure: str) -> bool:
    """Whether a distance is told in that measure."""
    leaving = strategy.exit
    trail = (leaving.trail.by, leaving.trail.after) if leaving.trail else ()
    return any(
        each is not None and getattr(each, measure) is not None for each in (leaving.stop, leaving.target, *trail)
    )


def _needs_atr(strategy: Strategy) -> bool:
    return isinstance(strategy.entry, LimitEntry) or strategy.risk.sizing == "volatility" or _needs(strategy, "atr")


def _distance(distance: Distance | None, known: Measures, risk: Floats) -> Floats:
    """In price; `risk` is one R, and what there is where there is no distance is nothing."""
    if distance is None:
        return np.full(len(known.close), np.nan)
    if isinstance(distance, Reward) and distance.r is not None:
        return distance.r * risk
    if distance.volatility is not None:
        return exits.by_volatility(known.close, known.move, distance.over or 1, distance.volatility)
    if distance.atr is not None:
        return exits.by_range(known.atr, distance.atr)
    return exits.by_share(known.close, (distance.percent or 0.0) / 100.0)


def _holds(view: View, rule: Condition | None) -> Flags:
    return np.zeros(len(view.bars), dtype=np.bool_) if rule is None else view.holds(rule)


def _any(view: View, rules: tuple[Condition, ...]) -> Flags:
    found = np.zeros(len(view.bars), dtype=np.bool_)
    for rule in rules:
        found |= view.holds(rule)
    return found


# --- sessions


def _in_session(sessions: tuple[Session, ...], closed: Nanoseconds) -> Flags:
    """Whether each close lies in one of the sessions."""
    found = np.full(len(closed), not sessions)
    for session in sessions:
        local = closed + _offsets(session, closed)
        day, since = local // _DAY, local % _DAY
        begin, end = (_of_day(getattr(session, name)) for name in ("begin", "end"))
        on = np.isin((day + _MONDAY) % 7, [_DAYS.index(name) for name in session.days])
        if end > begin or end == 0:
            found |= on & (since >= begin) & (since < (end or _DAY))
        else:
            on_before = np.isin((day + _MONDAY - 1) % 7, [_DAYS.index(name) for name in session.days])
            found |= (on & (since >= begin)) | (on_before & (since < end))
    return found


def _of_day(at: object) -> int:
    clock = datetime.fromisoformat(f"1970-01-01T{at}")
    return (clock.hour * 3600 + clock.minute * 60 + clock.second) * 1_000_000_000


def _offsets(session: Session, closed: Nanoseconds) -> Nanoseconds:
    """What local time is ahead of UTC, in nanoseconds; zones change on whole or quarter hours of UTC."""
    quarters, which = np.unique(closed // (_HOUR // 4), return_inverse=True)
    zone = session.zone_info
    ahead = [moment(int(quarter) * (_HOUR // 4)).astimezone(zone).utcoffset() for quarter in quarters]
    seconds = np.array([each.total_seconds() if each else 0.0 for each in ahead], dtype=np.int64)
    return np.asarray(seconds[which] * 1_000_000_000)
