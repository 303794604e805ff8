"""A strategy on bars, in columns: where it would enter and leave, and how far away its exits lie."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import NamedTuple

import numpy as np

from evaluators.backtest.conditions import View
from evaluators.backtest.strategy import Condition, Distance, LimitEntry, Reward, Session, Strategy
from execution_core import rules, sizing
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


def signals(strategy: Strategy, view: View) -> Signals:
    leaving, close, nothing = strategy.exit, view.bars.close, np.full(len(view.bars), np.nan)
    atr = view.fact("atr_14") if _needs_atr(strategy) else nothing
    long, short = (_holds(view, rule) for rule in (strategy.long, strategy.short))
    allowed = _in_session(strategy.sessions, view.bars.closed) & ~_any(view, strategy.forbidden)
    stop = _distance(leaving.stop, atr, close, nothing)
    trail = _distance(leaving.trail.by if leaving.trail else None, atr, close, nothing)
    if _needs_atr(strategy):
        allowed &= ~np.isnan(atr)
    opposite = leaving.opposite
    return Signals(
        long=long & ~short & allowed,
        short=short & ~long & allowed,
        leave_long=_holds(view, leaving.long) | (short & ~long if opposite else np.zeros_like(short)),
        leave_short=_holds(view, leaving.short) | (long & ~short if opposite else np.zeros_like(long)),
        atr=atr,
        offset=atr * strategy.entry.atr if isinstance(strategy.entry, LimitEntry) else nothing,
        limit_bars=strategy.entry.bars if isinstance(strategy.entry, LimitEntry) else 0,
        stop=stop,
        target=_distance(leaving.target, atr, close, stop),
        trail=trail,
        after=_distance(leaving.trail.after if leaving.trail else None, atr, close, stop),
        bars=leaving.bars or 0,
    )


def quantity(strategy: Strategy, found: Signals, equity: float, price: float, row: int) -> float:
    """Units of the instrument to enter with; 0 where equity is gone."""
    risk = strategy.risk
    if risk.sizing == "fixed_fractional":
        distance = found.trail[row] if np.isnan(found.stop[row]) else found.stop[row]
        wanted = sizing.fixed_fractional(equity, risk.fraction, price, max(price - float(distance), 0.0))
    elif risk.sizing == "volatility":
        moved = float(found.atr[row]) / price
        wanted = sizing.volatility_adjusted(equity, risk.fraction, price, moved) if moved else np.inf
    else:
        wanted = max(equity, 0.0) * risk.fraction / price
    return min(wanted, max(equity, 0.0) * risk.max_position / price, _contracts(risk.rules))


@cache
def _contracts(name: str | None) -> float:
    """The most units that the rules of an account allow."""
    return np.inf if name is None else float(rules.load(name).get("contracts", np.inf))


def _needs_atr(strategy: Strategy) -> bool:
    leaving = strategy.exit
    trail = (leaving.trail.by, leaving.trail.after) if leaving.trail else ()
    distances = (leaving.stop, leaving.target, *trail)
    return (
        isinstance(strategy.entry, LimitEntry)
        or strategy.risk.sizing == "volatility"
        or any(each is not None and each.atr is not None for each in distances)
    )


def _distance(distance: Distance | None, atr: Floats, close: Floats, risk: Floats) -> Floats:
    """In price; `risk` is one R, and what there is where there is no distance is nothing."""
    if distance is None:
        return np.full(len(close), np.nan)
    if isinstance(distance, Reward) and distance.r is not None:
        return distance.r * risk
    return atr * distance.atr if distance.atr is not None else close * (distance.percent or 0.0) / 100.0


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
